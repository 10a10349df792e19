"""What readers print: the sheet, the published page, the feed and the app say the same about one statement."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics.measures.evidence import EVENTS
from analytics.measures.figure import figure
from analytics.measures.list_page import list_page
from analytics.measures.moves import moves_of
from analytics.measures.phrases import interval
from analytics.measures.sheet import Sheet, sheet
from analytics.measures.statements import statements
from analytics.site.build import publish_site
from kooch.rosters import AccountClaim, Roster, Statement, check
from kooch.rosters.evidence import import_evidence
from kooch.rosters.values import EventKind
from kooch.store.master import master_file
from kooch.store.outcomes import HandleSpan, Outcome
from kooch.store.versions import open_version, reading_file
from kooch.times import end_of, start_of
from tests import stores
from tests.faults import did
from tests.test_app import ROOT, run, words

ALL_EVENTS: tuple[EventKind, ...] = get_args(EventKind)


@pytest.fixture(scope="module")
def home_of_events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A figure for each event that a list or a file of evidence may have; each has an account."""
    folder = tmp_path_factory.mktemp("events")
    told = tuple(
        stores.statement(event, event, "2024-04-24", platform="x", not_after="2024-04-24", wording=f"words on {event}")
        for event in ALL_EVENTS
    )
    claims = tuple(stores.claim(event, f"{event}_test", platform="x") for event in ALL_EVENTS)
    people = stores.roster("people", map(stores.member, ALL_EVENTS), accounts=claims, statements=told)
    stores.load(folder / "home", stores.bundle(folder / "bundled", people))
    return folder / "home"


@pytest.mark.proof
def test_every_event_of_a_list_is_on_the_published_pages(home_of_events: Path, tmp_path: Path) -> None:
    publish_site(reading_file(home_of_events), tmp_path, None, publisher="The Desk", contact="mailto:desk@example.org")
    pages = "\n".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.html"))

    for event in ALL_EVENTS:
        assert f"{EVENTS[event].capitalize()} (stated): words on {event}" in pages
    assert "Announced that they leave (stated): words on announced" in pages


@pytest.mark.proof
@pytest.mark.parametrize("event", ALL_EVENTS)
def test_every_event_of_a_list_is_on_the_sheet_and_on_the_pages_of_the_app(
    home_of_events: Path, monkeypatch: pytest.MonkeyPatch, event: EventKind
) -> None:
    with open_version(reading_file(home_of_events)) as connection:
        says = [one.says for one in sheet(connection, figure_id=event, platform="x").evidence]
        cards = statements(connection, figures=[event], platform="x", zone="UTC")
    page = run(ROOT / "pages" / "figure.py", home_of_events, monkeypatch, figure=event)
    shown = AppTest.from_function(show_cards, args=(cards,)).run()
    line = f"{EVENTS[event].capitalize()} (stated): words on {event}"

    assert any(line in one for one in says)
    assert any(line in code.value for code in page.code)
    assert (event, f"words on {event}") in cards.select("event", "wording").rows()
    assert not shown.exception
    assert f"{EVENTS[event]} " in words(shown)
    assert f"words on {event}" in words(shown)


def show_cards(found: "pl.DataFrame") -> None:
    from pages.shared.statements import show_statements  # noqa: PLC0415  # Streamlit runs this body by itself

    show_statements(found)


def printed(folder: Path, figure_id: str, platform: str, *rosters: Roster) -> Sheet:
    home = folder / "home"
    stores.load(home, stores.bundle(folder / "bundled", *rosters))
    with open_version(reading_file(home)) as connection:
        return sheet(connection, figure_id=figure_id, platform=platform)


@pytest.mark.parametrize(
    ("platform", "listed", "named"),
    [("x", "CERN", "CERN_FR"), ("mastodon", "edps@mastodon.social", "edps@social.network.europa.eu")],
)
@pytest.mark.parametrize("event", ["joined", "left"])
def test_a_report_that_names_another_account_says_nothing_of_the_listed_one(
    tmp_path: Path, platform: str, listed: str, named: str, event: EventKind
) -> None:
    day = {"not_before": "2010-03-01", "not_after": "2010-03-01"} if platform == "x" else {"not_before": "2024-05-18", "not_after": "2024-05-18"}  # fmt: skip
    said = stores.statement("a", event, "2024-05-20", platform=platform, handle=named, **day)
    people = stores.roster(
        "people", [stores.member("a")], accounts=(stores.claim("a", listed, platform=platform),), statements=(said,)
    )
    claim = printed(tmp_path, "a", platform, people)
    (fault,) = check([people])

    assert "provided that" not in claim.sentence
    assert "2010" not in claim.sentence
    assert claim.kind not in {"left", "presumed"}
    assert any("it names an account that is on no list of theirs" in one.says for one in claim.evidence)
    assert not any("it names no account" in one.says for one in claim.evidence)
    assert f"handle '{named}' is on no list of 'a'" in fault.message
    # Whose account it is, nobody has said: its name is published nowhere.
    assert not any(named in str(row) for table in ("handles", "accounts", "bounds") for row in stores.query(tmp_path / "home", f"FROM {table}"))  # fmt: skip


def printed_beside_crawls(folder: Path, people: Roster, *looks: Outcome) -> Sheet:
    """The sheet of ann on Bluesky after two loads: the lists are loaded before anybody has looked."""
    stores.load(folder / "home", stores.bundle(folder / "bundled", people))
    for one in looks:
        stores.crawl(folder / "home", one, state="complete")
    stores.load(folder / "home", folder / "bundled")
    with open_version(reading_file(folder / "home")) as connection:
        return sheet(connection, figure_id="ann", platform="bluesky")


def people_of_ann(named: str, *claims: AccountClaim, day: str = "2025-05-01") -> Roster:
    told = stores.statement("ann", "joined", day, platform="bluesky", handle=named, not_before=day, not_after=day)
    members = [stores.member(name) for name in sorted({claim.figure_id for claim in claims})]
    return stores.roster("people", members, accounts=claims, statements=(told,), as_of=date(2025, 8, 1))


@pytest.mark.proof
def test_a_report_is_about_the_account_that_crawls_have_seen_with_its_handle(tmp_path: Path) -> None:
    """The list has the account by its id alone. A second report is of another handle."""
    people = people_of_ann("Ann.test", stores.claim("ann", None, did(1)))
    look = stores.seen(did(1), 0, handle="ann.test", bio="")
    claim = printed_beside_crawls(tmp_path / "named", people, look)
    other = printed_beside_crawls(
        tmp_path / "other", people_of_ann("zoe.test", stores.claim("ann", None, did(1))), look
    )

    assert claim.sentence == "ann joined Bluesky on 1 May 2025, according to Daily."
    assert claim.kind == "joined"
    assert any("account: @ann.test" in one.says for one in claim.evidence)
    assert not any("on no list" in one.says for one in claim.evidence)
    assert "1 May 2025" not in other.sentence
    assert any("on no list" in one.says for one in other.evidence)
    # Lists alone do not tell what the account is called.
    assert not [*check([people])]


@pytest.mark.proof
def test_a_new_master_gives_reports_the_same_accounts(tmp_path: Path) -> None:
    people = people_of_ann("ann.test", stores.claim("ann", None, did(1)))
    printed_beside_crawls(tmp_path, people, stores.seen(did(1), 0, handle="ann.test", bio=""))
    before = stores.query(tmp_path / "home", "FROM bounds ORDER BY ALL")
    master_file(tmp_path / "home").unlink()
    stores.load(tmp_path / "home", tmp_path / "bundled")

    assert stores.query(tmp_path / "home", "FROM bounds ORDER BY ALL") == before


@pytest.mark.proof
def test_a_report_may_name_an_earlier_handle_that_the_registry_logs(tmp_path: Path) -> None:
    people = people_of_ann("old.test", stores.claim("ann", "new.test", did(1)))
    log = (
        HandleSpan(handle="old.test", valid_from=stores.at(-60 * 24 * 60), valid_to=stores.at(0)),
        HandleSpan(handle="new.test", valid_from=stores.at(0)),
    )
    claim = printed_beside_crawls(tmp_path, people, stores.seen(did(1), 10, handle="new.test", bio="", handles=log))
    (fault,) = check([people])

    assert claim.sentence == "ann joined Bluesky on 1 May 2025, according to Daily."
    assert not any("on no list" in one.says for one in claim.evidence)
    assert (
        "handle 'old.test' is on no list of 'ann', so this row counts only if crawls or a registry show"
        in fault.message
    )
    assert "leave the handle out" not in fault.message


@pytest.mark.proof
def test_a_handle_of_the_next_holder_names_no_account_of_the_earlier_one(tmp_path: Path) -> None:
    claims = (
        stores.claim("ann", None, did(1), to_day=date(2025, 6, 30)),
        stores.claim("ben", None, did(1), from_day=date(2025, 7, 1)),
    )
    look = stores.seen(did(1), 39 * 24 * 60, handle="ben.test", bio="")
    claim = printed_beside_crawls(tmp_path, people_of_ann("ben.test", *claims), look)

    assert "1 May 2025" not in claim.sentence
    assert any("on no list" in one.says for one in claim.evidence)


def test_a_report_that_names_an_account_of_a_figure_without_any_does_not_go_unnamed(tmp_path: Path) -> None:
    said = stores.statement(
        "a", "joined", "2021-02-10", handle="a_test", not_before="2021-02-09", not_after="2021-02-09"
    )
    claim = printed(tmp_path, "a", "koo", stores.roster("people", [stores.member("a")], statements=(said,)))

    assert claim.sentence == (
        "a joined Koo on 9 February 2021, according to Daily, naming an account that is on no list."
    )


def test_no_report_foretells_a_departure(tmp_path: Path) -> None:
    """EDPS said on 24 April 2024 that its Mastodon server would close on 18 May."""
    claims = (stores.claim("edps", "edps@mastodon.social", platform="mastodon"),)
    days = {
        "platform": "mastodon",
        "not_before": "2024-04-24",
        "not_after": "2024-05-18",
        "time_zone": "Europe/Brussels",
    }
    said = stores.statement("edps", "left", "2024-04-24", **days)
    people = stores.roster("people", [stores.member("edps")], accounts=claims, statements=(said,))
    (tmp_path / "press.csv").write_text(
        "figure_id,platform,event,not_before,not_after,publisher,published_on,time_zone\n"
        "edps,mastodon,left,2024-04-24,2024-05-18,EDPS,2024-04-24,Europe/Brussels\n"
    )
    brought = import_evidence(tmp_path / "press.csv", into=tmp_path / "own", rosters=[replace(people, statements=())])
    claim = printed(tmp_path, "edps", "mastodon", people)

    for (fault,) in (brought.faults, check([people])):
        assert (
            "not_after 2024-05-18 is after published_on 2024-04-24: no report knows what happens later" in fault.message
        )
        assert "write announced as event" in fault.message
    assert claim.kind != "left"
    assert "left" not in claim.sentence
    assert stores.query(tmp_path / "home", "SELECT count(*) FROM moves WHERE move = 'left'") == [(0,)]


def test_a_month_that_is_not_over_counts_up_to_the_day_of_its_report(tmp_path: Path) -> None:
    said = stores.statement(
        "ada", "joined", "2021-02-10", platform="x", not_before="2021-02-01", not_after="2021-02-28", time_zone="UTC"
    )
    people = stores.roster("people", [stores.member("ada")], statements=(said,))
    stores.load(tmp_path / "home", stores.bundle(tmp_path / "bundled", people))

    assert check([people]) == []
    assert stores.query(
        tmp_path / "home", "SELECT joined_not_before::DATE::VARCHAR, joined_before::DATE::VARCHAR FROM joins"
    ) == [("2021-02-01", "2021-02-11")]


@pytest.mark.proof
def test_a_move_is_known_since_its_interval_is(tmp_path: Path) -> None:
    """BSI was on a list of 2023. A list of 2025 gave the day on which the account was opened."""
    account = stores.claim("bsi", "bsi@social.bund.de", platform="mastodon")
    early = stores.roster("early", [stores.member("bsi")], accounts=(account,), as_of=date(2023, 4, 3))
    late = stores.roster(
        "late",
        [stores.member("bsi")],
        accounts=(replace(account, opened_on=date(2021, 3, 9)),),
        as_of=date(2025, 10, 27),
    )
    home = tmp_path / "home"
    columns = "move_id, before::VARCHAR, known_at::VARCHAR"
    told = []
    for rosters in ((early,), (early, late)):
        stores.load(home, stores.bundle(tmp_path / f"bundled-{len(rosters)}", *rosters))
        told += stores.query(home, f"SELECT {columns} FROM moves WHERE move = 'joined'")

    # The entry of the feed is the same, and it is updated.
    assert told[0][0] == told[1][0]
    assert [row[1:] for row in told] == [
        ("2023-04-04 00:00:00+00", "2023-04-04 00:00:00+00"),
        ("2021-03-10 00:00:00+00", "2025-10-28 00:00:00+00"),
    ]


@pytest.fixture(scope="module")
def home_of_zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list in Berlin whose people joined and left X by the word of a paper in New York."""
    folder = tmp_path_factory.mktemp("zones")
    day = {"not_before": "2024-11-13", "not_after": "2024-11-13", "platform": "x"}
    york = day | {"time_zone": "America/New_York"}
    told = (
        stores.statement("ada", "left", "2024-11-13", handle="ada_test", **york),
        stores.statement("bo", "joined", "2024-11-13", handle="bo_test", **york),
    )
    people = stores.roster(
        "people",
        [stores.member("ada"), stores.member("bo")],
        accounts=tuple(stores.claim(name, f"{name}_test", platform="x") for name in ("ada", "bo")),
        statements=told,
        time_zone="Europe/Berlin",
        vouches=False,
    )
    stores.load(folder / "home", stores.bundle(folder / "bundled", people))
    return folder / "home"


@pytest.mark.parametrize(("figure_id", "move"), [("ada", "left"), ("bo", "joined")])
def test_an_event_has_one_day_wherever_it_is_printed(home_of_zones: Path, figure_id: str, move: str) -> None:
    with open_version(reading_file(home_of_zones)) as connection:
        claim = sheet(connection, figure_id=figure_id, platform="x")
        page, shown = list_page(connection, "people"), figure(connection, figure_id=figure_id)
        app = moves_of(connection, roster="people", move=move).latest
        cards = statements(connection, figures=[figure_id], platform="x", zone="Europe/Berlin")
    assert page is not None
    assert shown is not None
    (place,) = next(line.places for line in page.lines if line.figure_id == figure_id)
    told = [one.when for one in page.moves if (one.figure_id, one.move) == (figure_id, move)]

    assert f"{move} X on 13 November 2024" in claim.sentence
    assert told == ["13 Nov 2024"]
    assert f"{move} 13 Nov 2024" in place.says
    assert app.filter(pl.col("name") == figure_id)["when"].to_list() == ["13 Nov 2024"]
    assert shown.moves.row(by_predicate=pl.col("move") == move, named=True)["when"] == "13 Nov 2024"
    assert "13 Nov 2024" in cards["when"].to_list()
    if move == "joined":
        assert "they are days in America/New_York." in claim.definition[0]


def test_two_ends_that_rest_on_two_zones_are_each_a_day_of_its_own_zone() -> None:
    not_before, before = start_of(date(2024, 11, 11), "Europe/Berlin"), end_of(date(2024, 11, 13), "America/New_York")
    apart = start_of(date(2024, 11, 14), "Asia/Tokyo")

    assert interval(not_before, before, ("Europe/Berlin", "America/New_York")) == "11–13 Nov 2024"
    # Tokyo's 14 November begins within New York's 13th.
    assert interval(apart, before, ("Asia/Tokyo", "America/New_York")) == "13 Nov 2024"


def test_a_departure_stays_in_the_sentence_when_a_later_list_names_the_account_again(tmp_path: Path) -> None:
    """Robert Habeck left X on 7 January 2019, as DW reported. A list of 3 April 2023 names his account."""
    left = stores.statement(
        "habeck",
        "left",
        "2019-01-07",
        platform="x",
        handle="robert_test",
        not_before="2019-01-07",
        not_after="2019-01-07",
        publisher="DW",
        time_zone="Europe/Berlin",
    )
    people = stores.roster(
        "people",
        [stores.member("habeck", name="Robert Habeck")],
        accounts=(stores.claim("habeck", "robert_test", platform="x"),),
        statements=(left,),
        as_of=date(2023, 4, 3),
        time_zone="Europe/Berlin",
        publisher="A list",
    )
    claim = printed(tmp_path, "habeck", "x", people)
    with open_version(reading_file(tmp_path / "home")) as connection:
        page = list_page(connection, "people")
        cards = statements(connection, figures=["habeck"], platform="x", zone="UTC")
    assert page is not None
    ((place,),) = (line.places for line in page.lines)

    assert place.says == "joined by 7 Jan 2019; left 7 Jan 2019; back by 3 Apr 2023; last sign 3 Apr 2023"
    assert ("left", "7 Jan 2019") in cards.select("event", "when").rows()
    assert claim.sentence.endswith(
        "Robert Habeck left X on 7 January 2019, according to DW, and was back by 3 April 2023, according to A list."
    )
    assert not any("another stay" in one for one in claim.beside)


def ada(*told: Statement) -> Roster:
    """Ada joined X on 1 January 2018 and left it on 7 January 2019, by reports that name the account."""
    named = {"platform": "x", "time_zone": "UTC", "handle": "ada_t"}
    first, left = ({"not_before": day, "not_after": day} | named for day in ("2018-01-01", "2019-01-07"))
    return stores.roster(
        "people",
        [stores.member("ada", name="Ada")],
        accounts=(stores.claim("ada", "ada_t", platform="x"),),
        statements=(
            stores.statement("ada", "joined", "2018-01-02", **first),
            stores.statement("ada", "left", "2019-01-08", **left),
            *told,
        ),
    )


def back(day: str, **more: object) -> Statement:
    cells = {"platform": "x", "time_zone": "UTC", "not_before": day, "not_after": day} | more
    return stores.statement("ada", "joined", day, **cells)


@pytest.mark.proof
def test_a_return_that_no_report_gives_to_the_account_is_presumed(tmp_path: Path) -> None:
    claim = printed(tmp_path / "unnamed", "ada", "x", ada(back("2021-05-01")))
    named = printed(tmp_path / "named", "ada", "x", ada(back("2021-05-01", handle="ada_t")))

    assert claim.sentence == (
        "Ada joined X on 1 January 2018, according to Daily. Ada left X on 7 January 2019, according to Daily, and came back"
        " on 1 May 2021, according to Daily, provided that a report which names no account means @ada_t."
    )
    assert claim.kind == "presumed"
    assert "That reports which name no account mean @ada_t" in [one.what for one in claim.open]
    assert "A source that shows that the report means another account." in claim.overturn
    assert "provided that" not in named.sentence
    assert named.kind == "joined"
    for one in (claim, named):
        assert "A sign of @ada_t after 7 January 2019 and before 1 May 2021." in one.overturn


def test_two_reports_that_disagree_on_a_return_dispute_it(tmp_path: Path) -> None:
    days = (back("2021-05-01", handle="ada_t"), back("2021-09-01", handle="ada_t", publisher="Mint"))
    claim = printed(tmp_path, "ada", "x", ada(*days))

    assert claim.sentence == (
        "Ada joined X on 1 January 2018, according to Daily. Ada left X on 7 January 2019, according to Daily, and came back"
        " between 1 May 2021 and 1 September 2021, according to Daily and Mint, which disagree."
    )
    assert claim.kind == "disputed"
    assert "Which of the dates is right" in [one.what for one in claim.open]
