"""An account is handed on: each figure is shown with the handle of the figure's own time."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics.measures.list_page import moves_on, sentence
from analytics.measures.sheet import sheets
from analytics.measures.to_look_at import figures_to_look_at
from analytics.queries import query as select
from analytics.site.build import publish_site
from kooch.export import export_version
from kooch.rosters import AccountClaim
from kooch.store.outcomes import HandleSpan, Outcome
from kooch.store.versions import open_version, reading_file
from tests.commands import kooch_without_lists
from tests.faults import did
from tests.stores import at, bundle, claim, crawl, load, member, query, roster, seen
from tests.test_app import ROOT, run, words

ACCOUNT = did(1)
DAY = 24 * 60  # minutes; day 0 is 1 June 2025, and Ben has the account from day 30 on
UNTIL, SINCE = {"to_day": date(2025, 6, 30)}, {"from_day": date(2025, 7, 1)}
HANDLES = "SELECT figure_id, handle, is_current FROM link_handles ORDER BY 1"


def named(day: float, handle: str, **more: object) -> Outcome:
    return seen(ACCOUNT, day * DAY, handle=handle, bio="", **more)


def ann(handle: str | None = None) -> AccountClaim:
    return claim("ann", handle, ACCOUNT, **UNTIL)


def ben(handle: str | None = None) -> AccountClaim:
    return claim("ben", handle, ACCOUNT, **SINCE)


def home_of(folder: Path, claims: Sequence[AccountClaim], *looks: Outcome) -> Path:
    """A data folder in which each look is a run of its own."""
    people = [member(name) for name in sorted({each.figure_id for each in claims})]
    house = roster("house", people, accounts=tuple(claims), vouches=False, as_of=date(2025, 8, 1))
    bundled = bundle(folder / "bundled", house)
    for one in looks:
        crawl(folder / "home", one, state="complete")
    load(folder / "home", bundled)
    return folder / "home"


@pytest.fixture
def handed_on(tmp_path: Path) -> Path:
    """The account was @ann.test to the end of June 2025, and is @ben.test since it is Ben's."""
    looks = (named(0, "ann.test", followers=5000), named(39, "ben.test", followers=5700), named(49, "ben.test"))
    return home_of(tmp_path, (ann(), ben()), *looks)


def test_each_of_two_holders_has_the_handle_of_their_own_time(handed_on: Path) -> None:
    assert query(handed_on, HANDLES) == [("ann", "ann.test", False), ("ben", "ben.test", True)]
    assert query(handed_on, "SELECT figure_id, handle, is_current FROM presence ORDER BY 1") == [
        ("ann", "ann.test", False),
        ("ben", "ben.test", True),
    ]
    assert query(handed_on, "SELECT handle FROM current_handles") == [("ben.test",)]


@pytest.mark.proof
def test_every_query_about_a_figure_shows_that_handle(handed_on: Path) -> None:
    mine = {"ann": "ann.test", "ben": "ben.test"}
    with open_version(reading_file(handed_on)) as connection:

        def shown(name: str, column: str = "handle", **asked: object) -> list[str]:
            handles: list[str] = connection.sql(select(name), params=asked).pl()[column].unique().to_list()
            return handles

        for name, handle in mine.items():
            for of_one in ("figure_stays", "figure_moves", "figure_accounts"):
                assert shown(of_one, figure_id=name) == [handle], of_one
            for of_some in ("figure_counts", "sheet_stays", "sheet_accounts", "sheet_claims", "sheet_evidence"):
                assert shown(of_some, figures=[name]) == [handle], of_some
            told = shown("statements", "account", platform="bluesky", figures=[name], until=at(99 * DAY))
            assert told == [handle]
            assert {handle} == {
                row["handle"]
                for row in connection.sql(select("moves_of_list"), params=_MOVES).pl().to_dicts()
                if row["name"] == name
            }
        places = connection.sql(select("where_they_are"), params={"roster": "house", "day": date(2025, 7, 20)}).pl()
        told_moves = [sentence(move) for move in moves_on(connection, "house")]
        (sheet,) = sheets(connection, ["ann"])["ann"]
    assert dict(places.select("figure_id", "handle").iter_rows()) == mine
    assert any("ann · Bluesky (@ann.test)" in told for told in told_moves)
    assert "@ann.test" in str(sheet)
    assert "ben.test" not in str(sheet.sentence) + sheet.question + str(sheet.beside) + str(sheet.overturn)


_MOVES = {"roster": "house", "move": None, "platform": None, "shown": 100}


@pytest.mark.proof
def test_pages_do_not_say_that_the_earlier_handle_leads_to_its_holder(
    handed_on: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ROOT / "pages" / "figure.py"
    shown = {name: words(run(page, handed_on, monkeypatch, figure=name)) for name in ("ann", "ben")}
    publish_site(reading_file(handed_on), tmp_path / "site", ["house"], publisher="The Desk", contact="")
    latest = tmp_path / "site" / "house" / "latest"
    table = (latest / "where-they-are.html").read_text(encoding="utf-8")

    url = "https://bsky.app/profile/ben.test"
    assert f"ann.test · [the account now]({url}) · no longer theirs" in shown["ann"]
    assert f"[ben.test]({url})" in shown["ben"]
    assert "the account now" not in shown["ben"]
    assert f'@ann.test, <a href="{url}">the account now</a>' in table
    assert f'<a href="{url}">@ben.test</a>' in table
    assert "ben.test" not in (latest / "figures" / "ann.html").read_text(encoding="utf-8")


@pytest.mark.proof
def test_a_report_and_an_export_show_the_handle_of_each_holder(handed_on: Path, tmp_path: Path) -> None:
    done = kooch_without_lists(handed_on, "report", "house", "-o", str(tmp_path / "report.html"))
    export_version(reading_file(handed_on), tmp_path / "export")
    intervals = pl.read_csv(tmp_path / "export" / "intervals.csv")

    assert done.returncode == 0, done.stderr
    assert "@ann.test, <a href=" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert dict(intervals.select("figure_id", "handle").iter_rows()) == {"ann": "ann.test", "ben": "ben.test"}


def test_of_several_handles_in_the_time_of_one_holder_the_latest_is_shown(tmp_path: Path) -> None:
    looks = (named(0, "one.test"), named(10, "two.test"), named(39, "three.test"), named(49, "four.test"))
    home = home_of(tmp_path, (ann("listed.test"), ben("listed.test")), *looks)

    assert query(home, HANDLES) == [("ann", "two.test", False), ("ben", "four.test", True)]


def test_a_registry_dates_the_handles_of_a_holder_in_whose_time_nobody_looked(tmp_path: Path) -> None:
    log = (
        HandleSpan(handle="one.test", valid_from=at(-900 * DAY), valid_to=at(5 * DAY)),
        HandleSpan(handle="two.test", valid_from=at(5 * DAY), valid_to=at(30 * DAY)),
        HandleSpan(handle="three.test", valid_from=at(30 * DAY)),
    )
    home = home_of(tmp_path, (ann("listed.test"), ben()), named(60, "three.test", handles=log))

    assert query(home, HANDLES) == [("ann", "two.test", False), ("ben", "three.test", True)]


@pytest.mark.proof
def test_without_a_handle_of_the_time_the_list_gives_that_of_the_figure(tmp_path: Path) -> None:
    unseen = home_of(tmp_path / "unseen", (ann("zoe.test"), ben("ben.test")))
    later = home_of(tmp_path / "later", (ann("ann.test"), ben()), named(39, "ben.test"))
    earlier = home_of(tmp_path / "earlier", (ann(), ben("ben.test")), named(0, "ann.test"))

    assert query(unseen, HANDLES) == [("ann", "zoe.test", False), ("ben", "ben.test", True)]
    assert query(later, HANDLES) == [("ann", "ann.test", False), ("ben", "ben.test", True)]
    assert query(earlier, HANDLES) == [("ann", "ann.test", True), ("ben", "ben.test", True)]


@pytest.mark.proof
def test_a_handle_that_was_first_seen_after_the_time_of_a_figure_is_not_shown_as_theirs(tmp_path: Path) -> None:
    later = home_of(tmp_path / "later", (ann(), ben()), named(39, "ben.test"))
    unseen = home_of(tmp_path / "unseen", (ann(), ben("ben.test")))
    with open_version(reading_file(later)) as connection:
        (sheet,) = sheets(connection, ["ann"])["ann"]

    assert query(later, HANDLES) == [("ann", None, False), ("ben", "ben.test", True)]
    assert query(unseen, HANDLES) == [("ann", None, False), ("ben", "ben.test", True)]
    assert query(later, "SELECT handle, is_current FROM presence WHERE figure_id = 'ann'") == [(None, False)]
    assert ACCOUNT in sheet.sentence
    assert "ben.test" not in str(sheet)


def test_a_handle_that_was_seen_before_is_still_shown_beside_the_next_holder(tmp_path: Path) -> None:
    earlier = home_of(tmp_path, (ann(), ben()), named(0, "ann.test"))

    assert query(earlier, HANDLES) == [("ann", "ann.test", True), ("ben", "ann.test", True)]


def test_without_a_time_the_handle_is_the_latest_of_the_account(tmp_path: Path) -> None:
    claims = (claim("ann", "listed.test", ACCOUNT), claim("ben", None, ACCOUNT), claim("cyd", "cyd.test", did(2)))
    home = home_of(tmp_path, claims, named(0, "one.test"), named(10, "two.test"))

    assert query(home, HANDLES) == [("ann", "two.test", True), ("ben", "two.test", True), ("cyd", "cyd.test", True)]


@pytest.mark.proof
def test_nobody_is_asked_to_look_at_an_account_that_is_no_longer_theirs(handed_on: Path) -> None:
    with open_version(reading_file(handed_on)) as connection:
        found = figures_to_look_at(connection, roster="house", platform="bluesky")

    accounts = {each.figure_id: [name for name, _ in each.accounts] for each in found}
    assert accounts == {"ann": [], "ben": ["ben.test"]}
