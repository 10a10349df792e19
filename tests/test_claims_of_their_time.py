"""Two lists of two days name one handle: each figure has its own account, or none, and never the other's numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.measures.crawls import last_live
from analytics.measures.places import changes_of
from analytics.measures.sheet import sheets
from analytics.queries import query as select
from analytics.site.build import publish_site
from crawlers.crawling import crawl
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.errors import RosterError
from kooch.rosters import Holder, ImportOptions, Roster, check, import_roster, read_roster, write_roster
from kooch.store.outcomes import Failed, Observed, Outcome
from kooch.store.versions import open_version, reading_file, targets
from tests.faults import Asked, Reply, Server, as_json, did
from tests.stores import at, bundle, claim, load, member, query, roster, seen
from tests.stores import crawl as crawl_once
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words

ALICE, BOB = did(1), did(2)
SHARED = Path(__file__).parents[2] / "shared" / "cases" / "03-two-lists-one-handle"
HANDLE = "minister.gov.test"
LOG = {
    ALICE: [("2022-01-01", HANDLE), ("2025-02-01", "alice.test")],
    BOB: [("2023-06-01", "bob.test"), ("2025-02-02", HANDLE)],
}


class Directory:
    """An AppView and a directory: the handle was Alice's until `passed`, and is Bob's since."""

    def __init__(self, *, is_passed: bool = True) -> None:
        self.is_passed = is_passed

    def __call__(self, asked: Asked) -> Reply:
        holds = {HANDLE: BOB, "alice.test": ALICE} if self.is_passed else {HANDLE: ALICE, "bob.test": BOB}
        if asked.path.endswith("audit"):
            return as_json([self._operation(asked.path.split("/")[1], *step) for step in self._steps(asked)])
        wanted = asked.values("actors") or asked.values("actor")
        found = [actor if actor.startswith("did:") else holds.get(actor) for actor in wanted]
        shown = [self._profile(one, holds) for one in found if one]
        if asked.path.endswith("getProfiles"):
            return as_json({"profiles": shown})
        return as_json(shown[0]) if shown else as_json({"error": "InvalidRequest", "message": ""}, 400)

    def _steps(self, asked: Asked) -> list[tuple[str, str]]:
        steps = LOG[asked.path.split("/")[1]]
        return steps if self.is_passed else steps[:1]

    @staticmethod
    def _operation(of: str, day: str, handle: str) -> dict[str, Any]:
        service = {"atproto_pds": {"type": "AtprotoPersonalDataServer", "endpoint": "https://pds.test"}}
        operation = {"type": "plc_operation", "alsoKnownAs": [f"at://{handle}"], "services": service}
        return {"did": of, "operation": operation, "nullified": False, "createdAt": f"{day}T00:00:00.000Z"}

    @staticmethod
    def _profile(of: str, holds: dict[str, str]) -> dict[str, Any]:
        handle = next(name for name, holder in holds.items() if holder == of)
        counts = {"followersCount": {ALICE: 5000, BOB: 900}[of], "followsCount": 1, "postsCount": 2}
        return {"did": of, "handle": handle, "labels": [], **counts}


def listing(slug: str, figure: str, day: str, native_id: str | None = None) -> Roster:
    accounts = (claim(figure, HANDLE, native_id),)
    return roster(slug, [member(figure)], accounts=accounts, as_of=date.fromisoformat(day), selection="census")


OLD, NEW = listing("old", "alice", "2023-03-01"), listing("new", "bob", "2026-11-01")


class Homes:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.home = folder / "home"

    def load(self, *rosters: Roster) -> None:
        self._bundled = bundle(self._folder / "bundled", *rosters)
        load(self.home, self._bundled)

    def crawl(self, directory: Directory | RecordedDirectory) -> list[Outcome]:
        outcomes: list[Outcome] = []
        networks: Any = ("127.0.0.0/8",)
        with Server(directory) as server:
            url: Any = server.url
            crawl(
                Settings(
                    home=self.home,
                    crawl=CrawlSettings(allow_networks=networks, outage_seconds=0),
                    bluesky=BlueskySettings(appview=url, plc=url, requests_per_second=100),
                ),
                platform="bluesky",
                roster=None,
                plan=lambda: targets(self.home, platform="bluesky", roster=None),
                on_outcome=lambda _platform, outcome: outcomes.append(outcome),
            )
        load(self.home, self._bundled)
        return outcomes

    def accounts(self) -> dict[str, tuple[str | None, int | None]]:
        """Each figure's account and its followers."""
        rows = query(
            self.home,
            "SELECT figure_id, any_value(native_id), max(followers) FROM links JOIN accounts USING (account_id)"
            " LEFT JOIN observations USING (account_id) WHERE state = 'accepted' GROUP BY ALL",
        )
        return {figure: (native_id, followers) for figure, native_id, followers in rows}


def causes(outcomes: Sequence[Outcome]) -> list[str]:
    return sorted(
        outcome.result.cause if isinstance(outcome.result, Failed) else type(outcome.result).__name__
        for outcome in outcomes
    )


@pytest.mark.proof
def test_without_the_second_list_the_earlier_figure_never_gets_the_successors_numbers(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.load(OLD)

    assert causes(homes.crawl(Directory())) == ["handle_taken_over"]
    assert homes.accounts() == {"alice": (None, None)}


class RecordedDirectory:
    """What the directory and the AppView of the cases answer."""

    def __init__(self) -> None:
        self.state = json.loads((SHARED / "state.json").read_text(encoding="utf-8"))

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("audit"):
            return as_json(self.state["logs"][asked.path.split("/")[1]])
        profiles, handles = self.state["profiles"], self.state["handles"]
        wanted = [handles.get(actor, actor) for actor in (*asked.values("actors"), *asked.values("actor"))]
        shown = [profiles[one] for one in wanted if one in profiles]
        if asked.path.endswith("getProfiles"):
            return as_json({"profiles": shown})
        return as_json(shown[0]) if shown else as_json({"error": "InvalidRequest", "message": ""}, 400)


def of_the_cases(name: str, as_of: date, into: Path) -> Roster:
    options = ImportOptions(source="register", as_of=as_of, time_zone="UTC", selection="census")
    return import_roster(SHARED / name, into=into, options=options, dry_run=True).roster


@pytest.mark.proof
@pytest.mark.skipif(not SHARED.exists(), reason="the cases are not beside this repository")
@pytest.mark.parametrize("are_both", [True, False], ids=["with the second list", "without the second list"])
def test_of_the_two_lists_of_the_cases_nobody_gets_the_others_numbers(tmp_path: Path, *, are_both: bool) -> None:
    old, new = (
        of_the_cases(name, as_of, tmp_path)
        for name, as_of in (("old.csv", date(2023, 3, 1)), ("new.csv", date(2026, 11, 1)))
    )
    homes = Homes(tmp_path)
    homes.load(old, *([new] if are_both else []))
    homes.crawl(RecordedDirectory())
    first = homes.accounts()
    homes.crawl(RecordedDirectory())
    alice, bob = (f"did:plc:{letter * 24}" for letter in "ab")

    assert homes.accounts() == first
    # Her own account or none; the one that has the handle now has 900 followers.
    assert first["at-alice-example"] in {(alice, 5000), (None, None)}
    # The handle is nobody's now, and the account that had it was never asked for by its id.
    assert first["at-cyd-example"] == (None, None)
    assert first.get("at-bob-example") == ((bob, 900) if are_both else None)


@pytest.mark.proof
@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)], ids=["the older first", "the newer first"])
@pytest.mark.parametrize("are_together", [True, False], ids=["together", "one after the other"])
def test_with_both_lists_each_figure_has_its_own_account_or_none(
    tmp_path: Path, *, order: tuple[Roster, Roster], are_together: bool
) -> None:
    homes = Homes(tmp_path)
    if not are_together:
        homes.load(order[0])
        homes.crawl(Directory())
    homes.load(*order)
    outcomes = homes.crawl(Directory())

    assert causes(outcomes) == ["Observed", "handle_taken_over"]
    assert homes.accounts() == {"alice": (None, None), "bob": (BOB, 900)}


@pytest.mark.proof
def test_who_was_found_before_the_handle_passed_on_keeps_the_account(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.load(OLD)
    homes.crawl(Directory(is_passed=False))
    homes.load(OLD, NEW)
    homes.crawl(Directory())

    assert homes.accounts() == {"alice": (ALICE, 5000), "bob": (BOB, 900)}


@pytest.mark.proof
def test_an_id_in_the_later_list_does_not_lead_the_earlier_handle_to_it(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.load(OLD, listing("new", "bob", "2026-11-01", native_id=BOB))
    homes.crawl(Directory())

    assert homes.accounts() == {"alice": (None, None), "bob": (BOB, 900)}


@pytest.mark.proof
def test_two_lists_of_one_day_that_name_one_account_for_two_figures_ask_once(tmp_path: Path) -> None:
    """An account that two people run together."""
    homes = Homes(tmp_path)
    homes.load(NEW, listing("other", "cyd", "2026-11-01"))
    outcomes = homes.crawl(Directory())

    assert len(outcomes) == 1
    assert isinstance(outcomes[0].result, Observed)
    assert homes.accounts() == {"bob": (BOB, 900), "cyd": (BOB, 900)}


@pytest.mark.proof
def test_an_account_that_was_held_by_both_lists_is_both_figures(tmp_path: Path) -> None:
    """An office's account: who held it in 2025 and who holds it now."""
    homes = Homes(tmp_path)
    homes.load(listing("old", "alice", "2025-06-01"), NEW)
    homes.crawl(Directory())

    assert homes.accounts() == {"alice": (BOB, 900), "bob": (BOB, 900)}


# One account, two holders one after the other


@pytest.mark.proof
def test_an_account_that_is_handed_on_is_each_holder_s_in_their_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ann has the account to 30 June 2025, Ben from 1 July on; the crawl sees it on 1 June, 10 and 20 July."""
    account = did(1)
    house = roster(
        "house",
        [member("ann"), member("ben")],
        accounts=(
            claim("ann", "office.test", account, to_day=date(2025, 6, 30)),
            claim("ben", "office.test", account, from_day=date(2025, 7, 1)),
        ),
        selection="census",
        complete_from=date(2020, 1, 1),
        as_of=date(2025, 8, 1),
        vouches=False,
    )
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", house)
    load(home, bundled)
    for days, followers in ((0, 5000), (39, 5600), (49, 5700)):
        crawl_once(home, seen(account, days * 24 * 60, followers=followers))
    load(home, bundled)

    assert check([house]) == []
    counts = query(home, "SELECT figure_id, list(followers ORDER BY valid_at) FROM audience GROUP BY ALL ORDER BY ALL")
    assert counts == [("ann", [5000]), ("ben", [5600, 5700])]
    places = "SELECT figure_id, place FROM places_on('house', DATE '{}') WHERE platform = 'bluesky' ORDER BY 1"
    assert query(home, places.format("2025-06-10")) == [("ann", "there"), ("ben", "not looked")]
    assert query(home, places.format("2025-06-30")) == [("ann", "there"), ("ben", "not looked")]
    assert query(home, places.format("2025-07-01")) == [("ann", "handed on"), ("ben", "there")]
    with open_version(reading_file(home)) as connection:
        differ, segments = changes_of(
            connection, roster="house", day=date(2025, 7, 10), against=date(2025, 6, 10), narrowed={}
        )
    # The handover of the account does not say where Ann went.
    assert differ.select("figure_id", "change").rows() == [("ann", "handed on"), ("ben", "unknown")]
    assert set(segments["part"]) == {"handed on", "unknown"}
    page = run(ROOT / "pages" / "places.py", home, monkeypatch, roster="house", day="2025-07-10", against="2025-06-10")
    assert not page.exception
    assert "the account is theirs no longer" in words(page)
    assert "the account is no longer theirs" in words(page)
    assert query(home, "SELECT figure_id, move FROM moves ORDER BY ALL") == [("ann", "joined"), ("ben", "joined")]
    curve = "SELECT joined_min, joined_max, there_min, there_max, not_looked FROM adoption WHERE day <= '{}' ORDER BY day DESC LIMIT 1"
    assert query(home, curve.format("2025-06-30")) == [(1, 1, 1, 1, 1)]
    assert query(home, curve.format("2025-07-20")) == [(2, 2, 1, 1, 0)]


@pytest.mark.proof
def test_what_was_seen_of_an_earlier_holder_is_not_said_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ben has the account from 1 July 2025 on; the crawl saw it on 1 June, withheld in Germany, and never since."""
    account = did(1)
    house = roster(
        "house", [member("ben")], accounts=(claim("ben", "office.test", account, from_day=date(2025, 7, 1)),)
    )
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", house)
    load(home, bundled)
    crawl_once(home, seen(account, 0, withheld_in=("DE",)))
    load(home, bundled)

    shown = words(run(ROOT / "pages" / "figure.py", home, monkeypatch, figure="ben"))
    assert "never observed by Kooch" in shown
    assert "1 June 2025" not in shown
    assert "withheld" not in shown
    assert query(home, "SELECT state, status, last_seen_at, is_archived FROM presence") == [
        ("never observed", None, None, None)
    ]


@pytest.mark.proof
def test_numbers_and_looks_are_each_holder_s_own(tmp_path: Path) -> None:
    """The account passes on 1 July and 1 August 2025; the crawl sees it on 1 June (5,000), in July (5,700), and gone on 1 August."""
    account = did(1)
    accounts = (
        claim("ann", "office.test", account, to_day=date(2025, 6, 30)),
        claim("ben", "office.test", account, from_day=date(2025, 7, 1), to_day=date(2025, 7, 31)),
        claim("cyd", "office.test", account, from_day=date(2025, 8, 1)),
        claim("dan", "office.test", account, from_day=date(2024, 1, 1), to_day=date(2024, 12, 31)),
        claim("eve", "eve.test", did(2)),
    )
    house = roster("house", [member(name) for name in ("ann", "ben", "cyd", "dan", "eve")], accounts=accounts)
    before = roster("before", [member("ann")], as_of=date(2025, 6, 1))
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", house, before)
    load(home, bundled)
    crawl_once(home, seen(account, 0, followers=5000), seen(did(2), 0, followers=10))
    crawl_once(home, seen(account, 39 * 24 * 60, followers=5700))
    crawl_once(home, seen(account, 49 * 24 * 60, status="suspended"), seen(did(2), 49 * 24 * 60, followers=20))
    crawl_once(home, seen(account, 61 * 24 * 60, status="not_found"))
    load(home, bundled)

    columns = "figure_id, state, followers, last_seen_at::DATE, last_active_at::DATE, last_live_at::DATE"
    june, early, late, august = (date(2025, *day) for day in ((6, 1), (7, 10), (7, 20), (8, 1)))
    assert query(home, f"SELECT {columns} FROM presence ORDER BY 1") == [
        ("ann", "handed on", 5000, june, june, june),
        ("ben", "handed on", 5700, late, early, late),
        ("cyd", "unconfirmed", None, august, None, august),
        ("dan", "handed on", None, None, None, None),
        ("eve", "active", 20, late, late, late),
    ]
    assert query(home, "SELECT figure_id, last_seen_at::DATE, last_there_at::DATE FROM states ORDER BY 1") == [
        ("ann", june, None),
        ("ben", late, None),
        ("cyd", august, None),
        ("dan", None, None),
        ("eve", late, late),
    ]
    # Dan was never observed, and nobody looked at Ann after June.
    assert query(home, "SELECT roster, observed, last_seen_at::DATE FROM coverage ORDER BY 1") == [
        ("before", 1, june),
        ("house", 4, august),
    ]
    with open_version(reading_file(home)) as connection:
        assert connection.sql(select("days_of_list"), params={"roster": "before"}).pl()["looked_on"].to_list() == [june]
        # A crawl reached the account, no matter who has it.
        assert last_live(connection)["bluesky"] == at(61 * 24 * 60)
        heard = connection.sql(select("last_heard_of"), params={"rosters": ["before"]}).pl().rows()
    assert [(platform, moment.date()) for platform, moment in heard] == [("Bluesky", august)]


@pytest.mark.proof
def test_what_the_next_holder_s_account_says_or_seems_to_be_is_not_told_of_the_earlier_one(tmp_path: Path) -> None:
    """Ann's account is Ben's from 1 July 2025. On 10 July it says that it has moved, for a day; on 20 July it is gone, as are five others at once."""
    account, others = did(1), [did(number) for number in range(2, 7)]
    accounts = (
        claim("ann", "office.test", account, to_day=date(2025, 6, 30)),
        claim("ben", "office.test", account, from_day=date(2025, 7, 1)),
        *(claim(f"other{number}", None, other) for number, other in enumerate(others)),
    )
    people = ["ann", "ben", *(f"other{number}" for number in range(len(others)))]
    home, bundled = (
        tmp_path / "home",
        bundle(tmp_path / "bundled", roster("house", map(member, people), accounts=accounts)),
    )
    load(home, bundled)
    crawl_once(home, *(seen(one, 0) for one in (account, *others)))
    crawl_once(home, seen(account, 39 * 24 * 60, status="moved", moved_to=did(9)))
    crawl_once(home, seen(account, 40 * 24 * 60))
    crawl_once(home, *(seen(one, 49 * 24 * 60, status="not_found") for one in (account, *others)))
    load(home, bundled)

    told = "SELECT figure_id, points_to FROM activity WHERE figure_id IN ('ann', 'ben') ORDER BY 1"
    assert query(home, told) == [("ann", None), ("ben", did(9))]
    with open_version(reading_file(home)) as connection:
        held = {
            name: connection.sql(select("figure_holds"), params={"figure_id": name}).pl().height
            for name in ("ann", "ben", "other0")
        }
    assert held == {"ann": 0, "ben": 1, "other0": 1}


def test_two_holders_of_one_account_at_one_time_are_a_fault() -> None:
    def of(until: str, since: str) -> list[str]:
        accounts = (
            claim("ann", "office.test", to_day=date.fromisoformat(until)),
            claim("ben", "office.test", from_day=date.fromisoformat(since)),
        )
        return [fault.message for fault in check([roster("house", [member("ann"), member("ben")], accounts=accounts)])]

    assert of("2025-06-30", "2025-07-01") == []
    assert "say with from_day and to_day whose it was when" in of("2025-07-01", "2025-07-01")[0]


def test_days_of_claims_come_in_with_a_list_and_are_written_as_read(tmp_path: Path) -> None:
    people, accounts = tmp_path / "people.csv", tmp_path / "accounts.csv"
    people.write_text("name,role,country\nAnn,Leader,US\nBen,Leader,US\n", encoding="utf-8")
    accounts.write_text(
        "figure_id,platform,handle,polarity,source,from_day,to_day\n"
        "us-ann,x,Office,accepts,register,,2025-06-30\nus-ben,x,Office,accepts,register,2025-07-01,\n",
        encoding="utf-8",
    )
    told = ImportOptions(slug="leaders", source="register", as_of=date(2025, 8, 1), time_zone="UTC", accounts=accounts)
    import_roster(people, into=tmp_path, options=told)
    accounts.write_text(accounts.read_text(encoding="utf-8").replace("2025-07-01,", "2025-07-01,2025-06-01"))
    again = import_roster(people, into=tmp_path / "again", options=told, dry_run=True)

    claims = read_roster(tmp_path / "leaders").accounts
    assert [(each.figure_id, each.from_day, each.to_day) for each in claims] == [
        ("us-ann", None, date(2025, 6, 30)),
        ("us-ben", date(2025, 7, 1), None),
    ]
    assert [fault.message for fault in again.faults] == ["to_day 2025-06-01 is before from_day 2025-07-01"]


# An office with its own account


def office() -> Roster:
    """The prime minister's account is the office's; Ann held it to 30 June 2025, Ben since."""
    return roster(
        "government",
        [
            member("pm", name="Prime Minister", kind="office", role="Office"),
            member("ann", name="Ann"),
            member("ben", name="Ben"),
        ],
        accounts=(claim("pm", "pm.gov.test", did(1)), claim("ben", "ben.test", did(2))),
        holders=(
            Holder(
                figure_id="pm", holder="ann", from_day=date(2020, 1, 1), to_day=date(2025, 6, 30), source="register"
            ),
            Holder(figure_id="pm", holder="ben", from_day=date(2025, 7, 1), source="register, as of 2025-07-01"),
        ),
    )


@pytest.mark.proof
def test_an_office_has_its_account_and_dated_holders_and_they_do_not_inherit_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", office())
    load(home, bundled)
    crawl_once(home, seen(did(1), 0, followers=5000), seen(did(2), 0, followers=20))
    load(home, bundled)
    pages = {
        figure: words(run(ROOT / "pages" / "figure.py", home, monkeypatch, figure=figure))
        for figure in ("pm", "ann", "ben")
    }

    # The office counts as itself: Ann has no account.
    assert query(home, "SELECT figure_id, followers FROM audience ORDER BY 1") == [("ben", 20), ("pm", 5000)]
    assert query(home, "SELECT DISTINCT figure_id FROM first_joins ORDER BY 1") == [("ben",), ("pm",)]
    assert "Held by Ann (1 January 2020 – 30 June 2025)" in pages["pm"]
    assert "Held by Ben (from 1 July 2025)" in pages["pm"]
    assert (
        "Held the office Prime Minister (1 January 2020 – 30 June 2025). Its accounts count as the office's."
        in pages["ann"]
    )
    assert "Held the office Prime Minister (from 1 July 2025)" in pages["ben"]

    publish_site(reading_file(home), tmp_path / "site", ["government"], publisher="The Desk", contact="")
    figures = tmp_path / "site" / "government" / "latest" / "figures"
    said = {figure: (figures / f"{figure}.html").read_text(encoding="utf-8") for figure in pages}
    assert "Held by Ann (1 January 2020 – 30 June 2025)" in said["pm"]
    assert "Held by Ben (from 1 July 2025)" in said["pm"]
    assert "Holder from: register, as of 1 July 2025" in said["pm"]
    assert "Held the office Prime Minister (from 1 July 2025)" in said["ben"]


def test_holders_are_read_as_written_and_both_must_be_on_lists(tmp_path: Path) -> None:
    write_roster(office(), tmp_path)
    folder = tmp_path / "government"
    assert read_roster(folder) == office()
    assert check([read_roster(folder)]) == []

    file = folder / "holders.csv"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace("pm,ann", "pm,eve"), encoding="utf-8")
    assert [fault.message for fault in check([read_roster(folder)])] == [
        "holder 'eve' is on no list: add who held the office to a list, or correct the id"
    ]
    file.write_text(whole.replace("pm,ann", "ben,ann"), encoding="utf-8")
    with pytest.raises(RosterError, match="figure_id 'ben' is no office of this list"):
        read_roster(folder)


# Posts of an account that is handed on


@pytest.mark.proof
def test_posts_count_for_whom_the_account_was_on_that_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is Ann's to 30 June 2025 and Ben's since; it posts on 1 and 20 June and on 1 November, and all days are read."""
    account = "did:web:ada.test"
    house = roster(
        "house",
        [member("ann"), member("ben"), member("eve")],
        accounts=(
            claim("ann", None, account, to_day=date(2025, 6, 30)),
            claim("ben", None, account, from_day=date(2025, 7, 1)),
            claim("eve", None, "did:web:bob.test"),
        ),
        vouches=False,
    )
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", house)
    spool_looks(
        home,
        look("2025-12-15T00:00", {"2025-06-01": 4, "2025-06-20": 1, "2025-11-01": 2}),
        look("2025-12-15T00:00", {"2025-06-20": 1}, target="did:web:bob.test"),
    )
    load(home, bundled)
    crawl_once(home, seen(account, 197 * 24 * 60, followers=700))
    load(home, bundled)

    def asked(sql: str) -> dict[str, Any]:
        return {row[0]: row[1:] for row in query(home, sql)}

    day = date.fromisoformat
    posted = asked("SELECT figure_id, first_posted_on, last_posted_on, covered_from, covered_until FROM activity")
    assert posted["ann"] == (day("2025-06-01"), day("2025-06-20"), day("2025-01-01"), day("2025-07-01"))
    assert posted["ben"] == (day("2025-11-01"), day("2025-11-01"), day("2025-07-01"), day("2025-12-15"))
    # 91 days without a post passed when the account was no longer Ann's, and after no post of Ben's.
    dormant = asked("SELECT figure_id, dormant_on, returned_on FROM activity")
    assert dormant == {"ann": (None, None), "ben": (None, None), "eve": (day("2025-09-19"), None)}
    quiet = asked("SELECT figure_id, entered_on, last_posted_on, is_quiet, censored_on FROM quiets(30)")
    assert quiet["ann"] == (day("2025-01-01"), day("2025-06-20"), False, day("2025-07-01"))
    assert quiet["ben"] == (day("2025-07-01"), day("2025-11-01"), True, None)

    def active(on: str) -> dict[str, Any]:
        return {
            figure: row[0]
            for figure, row in asked(f"SELECT figure_id, is_active FROM active_on(DATE '{on}', 28)").items()
        }

    assert active("2025-06-30") == {"ann": True, "eve": True}
    # The posts of Ann say nothing of Ben, whose 28 days are full on 28 July.
    assert active("2025-07-01") == {"ben": None, "eve": True}
    assert active("2025-07-28") == {"ben": False, "eve": False}
    assert active("2025-11-01") == {"ben": True, "eve": False}
    places = "SELECT figure_id, place FROM places_on('house', DATE '{}') WHERE figure_id <> 'eve'"
    assert asked(places.format("2025-07-17"))["ben"] != ("active",)
    counts = "SELECT active_accounts, inactive_accounts, unknown_accounts FROM active28_counts WHERE day <= '{}' ORDER BY day DESC LIMIT 1"
    assert query(home, counts.format("2025-06-30")) == [(2, 0, 0)]
    around = "SELECT account_id, first_day, until_day FROM panel_around('house', 'bluesky', DATE '{}', 14)"
    assert len(query(home, around.format("2025-07-05"))) == 1
    assert len(query(home, around.format("2025-06-17"))) == len(query(home, around.format("2025-07-15"))) == 2
    # The account is looked at when it is Ben's: what is seen says nothing of Ann's.
    assert asked("SELECT figure_id, state, status FROM states")["ann"] == ("handed on", None)
    assert asked("SELECT figure_id, state, status FROM states")["ben"] == ("active", "active")
    shown = words(run(ROOT / "pages" / "figure.py", home, monkeypatch, figure="ann"))
    assert "no longer theirs" in shown
    assert "Theirs until 30 June 2025" in shown


@pytest.mark.proof
def test_an_account_that_leaves_a_list_is_counted_until_then(tmp_path: Path) -> None:
    house = roster(
        "house",
        [member("ann"), member("eve")],
        accounts=(
            claim("ann", None, "did:web:ada.test", from_day=date(2025, 3, 1), to_day=date(2025, 6, 30)),
            claim("eve", None, "did:web:bob.test"),
        ),
    )
    home, bundled = tmp_path / "home", bundle(tmp_path / "bundled", house)
    spool_looks(
        home,
        look("2025-12-01T00:00", {"2025-02-20": 1, "2025-03-10": 1, "2025-06-25": 1}),
        look("2025-12-01T00:00", {"2025-11-20": 1}, target="did:web:bob.test"),
    )
    load(home, bundled)
    counts = "SELECT active_accounts, inactive_accounts, unknown_accounts FROM active28_counts WHERE day <= '{}' ORDER BY day DESC LIMIT 1"

    found = [
        query(home, counts.format(day))
        for day in ("2025-02-28", "2025-03-12", "2025-03-28", "2025-06-30", "2025-07-01", "2025-11-25")
    ]
    # Eve is inactive till November. Ann's account is unknown in the first 27 days, and of nobody's before and after its time.
    assert found == [[(0, 1, 0)], [(0, 1, 1)], [(1, 1, 0)], [(1, 1, 0)], [(0, 1, 0)], [(1, 0, 0)]]


DAY = 24 * 60  # minutes; day 0 is 1 June 2025


def handed_over(folder: Path, *accounts: str) -> Path:
    """A bundle with a list: each account is that of one person until 30 June 2025 and of another since."""
    claims = [
        claim(f"{who}-{n}", None, account, **{edge: on})
        for n, account in enumerate(accounts)
        for who, edge, on in (("first", "to_day", date(2025, 6, 30)), ("next", "from_day", date(2025, 7, 1)))
    ]
    names = sorted({each.figure_id for each in claims})
    return bundle(folder, roster("house", map(member, names), accounts=tuple(claims), vouches=False))


@pytest.mark.proof
def test_an_answer_of_the_time_before_does_not_date_the_absence_of_the_next_holders_account(tmp_path: Path) -> None:
    home, bundled = tmp_path / "home", handed_over(tmp_path / "bundled", ALICE)
    crawl_once(home, seen(ALICE, 0), state="complete")
    for day in (26, 31):
        crawl_once(home, seen(ALICE, day * DAY, status="not_found"), state="complete")
    load(home, bundled)
    asked = "SELECT state, first_missing_at = $$ {} $$, alike_since = $$ {} $$ FROM states WHERE figure_id = 'next-0'"

    second = at(31 * DAY).isoformat()
    assert query(home, asked.format(second, second)) == [("unconfirmed", True, True)]
    crawl_once(home, seen(ALICE, 33 * DAY, status="not_found"), state="complete")
    load(home, bundled)
    assert query(home, asked.format(second, second)) == [("not_found", True, True)]


@pytest.mark.proof
def test_a_doubt_of_the_time_before_is_none_of_the_next_holders(tmp_path: Path) -> None:
    dids = [did(n) for n in range(1, 7)]
    home, bundled = tmp_path / "home", handed_over(tmp_path / "bundled", *dids)
    crawl_once(home, *(seen(one, 0) for one in dids), state="complete")
    crawl_once(home, *(seen(one, 26 * DAY, status="not_found") for one in dids), state="complete")
    load(home, bundled)
    assert query(home, "SELECT is_holding FROM doubtful_runs") == [(True,)]

    with open_version(reading_file(home)) as connection:
        assert "unusually many" not in str(sheets(connection, ["next-0"]))
