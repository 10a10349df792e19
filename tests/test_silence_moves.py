"""Silences in the feed of moves: both days of each, since when it is known, and where the watch has ended. Looks written by hand."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.measures.list_page import moves_on, sentence
from kooch.store.versions import open_version, reading_file
from tests.stores import START, bundle, claim, crawl, load, member, query, roster, seen, statement
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words
from tests.test_last_posts import checked
from tests.test_measured import is_shown, shown_on, value_of
from tests.test_site import publish

MOVES = ROOT / "pages" / "moves.py"
ROLES = {"ann": None, "bo": None, "cy": None, "dee": None, "eve": date(2025, 3, 1), "gus": date(2025, 5, 1)}
JANUARY, MAY = {"2025-01-10": 1}, {"2025-01-10": 1, "2025-05-20": 2}
WHOLE = [("2025-01-01", "2025-06-01T12:00")]


def did(name: str) -> str:
    return f"did:web:{name}.test"


def looks_at(name: str, *looks: tuple[str, dict[str, int], str]) -> list[Any]:
    """Looks at one account: when, the days with posts, and since when each look lists all posts."""
    return [look(at, posts, [(start, at)], target=did(name)) for at, posts, start in looks]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All post on 10 January. One silent until a look, one read in pieces, two with a gap, two who leave office, one whom a list checked."""
    home = tmp_path_factory.mktemp("silence")
    people = roster(
        "silent",
        [*(member(name, to_day=to_day) for name, to_day in ROLES.items()), member("kim")],
        accounts=(*(claim(name, None, did(name)) for name in ROLES), claim("kim", "kim", platform="x")),
        last_posts=(checked("kim", "2025-01-10", "2025-06-01"), checked("kim", "2025-07-04", "2025-07-05")),
        vouches=False,
    )
    spool_looks(
        home,
        *(look("2025-06-01T12:00", MAY, WHOLE, target=did(name)) for name in ("ann", "eve", "gus")),
        # Each look begins a day before the one before it.
        *looks_at("bo", ("2025-02-01T12:00", JANUARY, "2025-01-01"), ("2025-03-10T12:00", {}, "2025-01-31")),
        *looks_at("bo", ("2025-04-20T12:00", {}, "2025-03-09"), ("2025-05-21T12:00", {"2025-05-20": 1}, "2025-04-19")),
        # Nobody looked at February, and of dee only in June.
        *looks_at("cy", ("2025-02-01T12:00", JANUARY, "2025-01-01"), ("2025-04-20T12:00", {}, "2025-03-01")),
        *looks_at("dee", ("2025-02-01T12:00", JANUARY, "2025-01-01"), ("2025-04-20T12:00", {}, "2025-03-01")),
        *looks_at("dee", ("2025-06-10T12:00", JANUARY, "2025-01-01")),
    )
    load(home, bundle(home / "bundled", people))
    return home


def told(
    home: Path, columns: str = "move, not_before::DATE::VARCHAR, last_posted_on::VARCHAR, known_at::VARCHAR"
) -> Any:  # noqa: ANN401 -- rows
    of = "FROM moves WHERE last_posted_on IS NOT NULL ORDER BY figure_id, before"
    return query(home, f"SELECT figure_id, {columns} {of}")


def test_a_silence_has_both_days_and_is_known_once_each_day_was_looked_at(home: Path) -> None:
    assert told(home) == [
        ("ann", "dormant", "2025-04-11", "2025-01-10", "2025-06-01 12:00:00+00"),
        ("ann", "returned to posting", "2025-05-20", "2025-01-10", "2025-06-01 12:00:00+00"),
        ("bo", "dormant", "2025-04-11", "2025-01-10", "2025-04-20 12:00:00+00"),
        ("bo", "returned to posting", "2025-05-20", "2025-01-10", "2025-05-21 12:00:00+00"),
        # Not cy: of the days between 1 February and 1 March nobody can say.
        ("dee", "dormant", "2025-04-11", "2025-01-10", "2025-06-10 12:00:00+00"),
        # Not eve, who left office before. And gus had left when the next post came.
        ("gus", "dormant", "2025-04-11", "2025-01-10", "2025-06-01 12:00:00+00"),
        ("kim", "dormant", "2025-04-11", "2025-01-10", "2025-06-01 12:00:00+00"),
        ("kim", "returned to posting", "2025-07-04", "2025-01-10", "2025-07-05 12:00:00+00"),
    ]
    known_through = dict(told(home, "known_through"))
    assert known_through == {"ann": "crawl", "bo": "crawl", "dee": "crawl", "gus": "crawl", "kim": "list"}


def test_the_page_shows_both_days_and_each_count_is_what_sql_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(MOVES, home, monkeypatch, roster="silent")
    said, shown = words(app), list(shown_on(app))
    with open_version(reading_file(home)) as connection:
        wrong = [(text, measure) for text, measure in shown if not is_shown(value_of(connection, measure), text)]

    assert "last post 10 January 2025; counted as dormant since 11 April 2025 (dormant91@1)" in said
    assert "on 20 May 2025; last post 10 January 2025 before that (returned91@1)" in said
    assert "known by the list" in said
    assert wrong == []
    assert [text for text, _ in shown] == ["4", "1", "2", "1"]  # dormant and returned, each on Bluesky and on X


@pytest.mark.proof
def test_feeds_tell_silences_under_ids_that_stay(home: Path, tmp_path: Path) -> None:
    with open_version(reading_file(home)) as connection:
        moves = [move for move in moves_on(connection, "silent") if move.move == "dormant"]
    by_name = {move.name: move for move in moves}

    assert sentence(by_name["kim"]) == (
        "kim · X (@kim): dormant, last post 10 January 2025; counted as dormant since 11 April 2025 (dormant91@1)."
    )
    assert by_name["kim"].citation == "test"

    publish(home, tmp_path / "site")
    items = json.loads((tmp_path / "site" / "silent" / "latest" / "feed.json").read_text())["items"]
    ids = {item["id"] for item in items}
    assert {f"urn:kooch:move:{move.move_id}" for move in moves} <= ids
    assert any("counted as dormant since 11 April 2025" in item["content_text"] for item in items)

    # A look at the years before finds an earlier silence of ann's. The one that was told keeps its id.
    bundled, home = home / "bundled", Path(shutil.copytree(home, tmp_path / "home", symlinks=True))
    before = told(home, "move, move_id")
    earlier = {"2024-01-10": 1, "2024-06-10": 1, "2024-10-20": 1, **MAY}
    spool_looks(home, look("2025-06-02T12:00", earlier, [("2024-01-01", "2025-06-02T12:00")], target=did("ann")))
    load(home, bundled)
    after = told(home, "move, move_id")

    assert set(before) <= set(after)
    assert sorted(row[:2] for row in set(after) - set(before)) == [
        ("ann", "dormant"),
        ("ann", "dormant"),
        ("ann", "returned to posting"),
        ("ann", "returned to posting"),
    ]
    assert len(set(after)) == len(after)
    assert query(home, "SELECT count(*) FROM corrections") == [(0,)]


def minutes(text: str) -> float:
    """From START until the instant (UTC)."""
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - START).total_seconds() / 60


NEW_YEAR, SEPTEMBER = {"2025-01-01": 1}, {"2025-01-01": 1, "2025-09-05": 1}
ODD = ("fay", "gil", "hal", "ivy", "jim", "kay", "lea", "max", "nan", "olaf", "pat", "quin")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checks that missed a post, posts that only some looks show, accounts that went and came back, and two lists that differ."""
    home = tmp_path_factory.mktemp("odd")
    ends = {"nan": date(2024, 12, 31), "olaf": date(2024, 12, 31)}

    def check(name: str, last_post: str, at: str) -> Any:  # noqa: ANN401 -- a check
        return checked(name, last_post, at, f"{name}.test", platform="bluesky")

    first = roster(
        "first",
        [member(name, to_day=ends.get(name)) for name in ODD],
        accounts=tuple(claim(name, f"{name}.test", did(name)) for name in ODD),
        statements=(
            statement(
                "kay",
                "posted",
                "2025-06-10",
                platform="bluesky",
                handle="kay.test",
                not_before="2025-06-01",
                not_after="2025-06-01",
                time_zone="UTC",
            ),
        ),
        last_posts=(
            *(check(name, "2025-06-01", "2026-01-30") for name in ("fay", "gil", "hal")),
            check("ivy", "2025-01-01", "2026-01-05"),
            check("ivy", "2025-12-01", "2026-01-20"),
            check("pat", "2025-01-01", "2025-02-01"),
            check("quin", "2025-01-01", "2025-05-01"),
        ),
        source="the first list",
        vouches=False,
    )
    second = roster(
        "second",
        [member("nan"), member("olaf", from_day=date(2024, 1, 1)), member("pat"), member("quin")],
        accounts=tuple(claim(name, f"{name}.test", did(name)) for name in ("pat", "quin")),
        last_posts=(check("pat", "2025-01-01", "2025-05-01"), check("quin", "2025-01-01", "2025-02-01")),
        source="the second list",
        vouches=False,
        as_of=date(2024, 6, 1),
    )
    until_may = [("2025-01-01", "2025-05-01T12:00")]
    spool_looks(
        home,
        look("2026-02-10T12:00", {"2025-12-01": 1}, [("2025-12-01", "2026-02-10T12:00")], target=did("gil")),
        *(look("2025-05-01T12:00", NEW_YEAR, until_may, target=did(name)) for name in ("jim", "kay", "nan", "olaf")),
        look("2025-06-01T12:00", NEW_YEAR, [("2025-01-01", "2025-06-01T12:00")], target=did("ivy")),
        # It covers nothing, and lists one post.
        look("2025-07-01T12:00", {"2025-06-01": 1}, None, target=did("jim")),
        *(look("2025-10-01T12:00", SEPTEMBER, target=did(name)) for name in ("lea", "max")),
    )
    crawl(
        home,
        seen(did("fay"), minutes("2026-02-10T12:00"), last_post_at=datetime(2025, 12, 1, 9, tzinfo=UTC)),
        seen(did("hal"), minutes("2026-02-10T12:00"), last_post_at=datetime(2026, 2, 5, 9, tzinfo=UTC)),
        state="complete",
    )
    for name, went, second_look in (("lea", "2025-02-01", "2025-02-03"), ("max", "2025-05-01", "2025-05-03")):
        crawl(home, seen(did(name), minutes("2025-01-15T12:00")), state="complete")
        for day in (went, second_look):
            crawl(home, seen(did(name), minutes(f"{day}T12:00"), status="deactivated"), state="complete")
        for day in ("2025-09-01", "2025-09-03"):
            crawl(home, seen(did(name), minutes(f"{day}T12:00")), state="complete")
    load(home, bundle(home / "bundled", first, second))
    return home


def of(home: Path, *names: str) -> list[Any]:
    columns = "move, not_before::DATE::VARCHAR, known_at::VARCHAR, known_through"
    return [row for row in told(home, columns) if row[0] in names]


@pytest.mark.proof
def test_a_check_that_missed_a_post_which_kooch_knows_tells_no_silence(odd: Path) -> None:
    """Checks of 30 January 2026 found posts of 1 June 2025. A profile and a look show one of 1 December; hal's profile one of February."""
    assert of(odd, "fay", "gil", "hal") == [
        ("hal", "dormant", "2025-08-31", "2026-01-30 12:00:00+00", "list"),
        ("hal", "returned to posting", "2026-02-05", "2026-02-10 12:00:00+00", "crawl"),
    ]


def test_a_return_is_known_since_the_first_that_shows_the_post(odd: Path) -> None:
    """A second check, a look that covers nothing, and a report. None is known before it happened."""
    assert of(odd, "ivy", "jim", "kay") == [
        ("ivy", "dormant", "2025-04-02", "2025-06-01 12:00:00+00", "crawl"),
        ("ivy", "returned to posting", "2025-12-01", "2026-01-20 12:00:00+00", "list"),
        ("jim", "dormant", "2025-04-02", "2025-05-01 12:00:00+00", "crawl"),
        ("jim", "returned to posting", "2025-06-01", "2025-07-01 12:00:00+00", "crawl"),
        ("kay", "dormant", "2025-04-02", "2025-05-01 12:00:00+00", "crawl"),
        ("kay", "returned to posting", "2025-06-01", "2025-06-11 00:00:00+00", "report"),
    ]
    assert query(
        odd,
        "SELECT figure_id, looked_at::DATE::VARCHAR FROM moves INNER JOIN activity_looks USING (account_id)"
        " WHERE move = 'returned to posting' AND activity_looks.run_id = moves.run_id AND covers_from IS NULL",
    ) == [("jim", "2025-07-01")]


def test_who_has_left_is_not_dormant_too(odd: Path) -> None:
    """Both were away until September. Lea went on 1 February, before it counted as dormant; max went on 1 May."""
    assert of(odd, "lea", "max") == [
        ("max", "dormant", "2025-04-02", "2025-10-01 12:00:00+00", "crawl"),
        ("max", "returned to posting", "2025-09-05", "2025-10-01 12:00:00+00", "crawl"),
    ]
    assert query(odd, "SELECT figure_id FROM moves WHERE move = 'left' ORDER BY 1") == [("lea",), ("max",)]


def test_an_undated_role_does_not_outlast_the_end_of_another(odd: Path) -> None:
    """Both left the first list in 2024. On the second, of June 2024, nan has no days, and olaf has a role since January."""
    assert [row[:3] for row in of(odd, "nan", "olaf")] == [("olaf", "dormant", "2025-04-02")]
    both = "figure_id IN ('nan', 'olaf') ORDER BY figure_id"
    assert query(odd, f"SELECT figure_id, is_quiet FROM quiets(91) WHERE {both}") == [("olaf", True)]


def test_a_silence_cites_the_list_whose_check_completed_it(odd: Path) -> None:
    with open_version(reading_file(odd)) as connection:
        cited = {move.name: move.citation for move in moves_on(connection, "first") if move.move == "dormant"}
    ((run_id,),) = query(odd, "SELECT run_id FROM moves WHERE figure_id = 'jim' AND move = 'dormant'")

    assert {name: cited[name] for name in ("pat", "quin", "hal", "jim")} == {
        "pat": "the second list",
        "quin": "the first list",
        "hal": "the first list",
        "jim": f"run {run_id}",
    }
