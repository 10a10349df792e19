"""A country that blocks a platform: its days are no silence, charts of its lists draw them, and pages say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.charts import charts
from analytics.measures.adoption import adoption_of
from analytics.measures.arrivals import arrivals
from analytics.measures.events import blocks, markers
from analytics.measures.silent import silent
from analytics.measures.window import wall
from kooch.config import VIEWS
from kooch.connections import connect
from kooch.store.schema import migrate
from kooch.store.versions import open_version, reading_file
from kooch.store.views import build_views
from tests.small_worlds import rows
from tests.stores import archived, backfill, bundle, claim, load, member, query, roster
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words

# Twitter was blocked in Nigeria from 4 June 2021 to 12 January 2022: 223 days.
POSTS = {
    "ada": ("2021-06-01", "2022-06-01"),
    "cy": ("2021-06-01", "2022-01-20"),
    "dee": ("2021-06-01",),
    "eve": ("2021-06-01",),
    "bo": ("2021-06-01", "2022-06-01"),
}
NUMBERS = {name: str(number) for number, name in enumerate(POSTS, 1)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("blocks")
    lists = [
        roster(
            slug,
            [member(name, country=country) for name in names],
            accounts=tuple(claim(name, name, NUMBERS[name], platform="x") for name in names),
            vouches=False,
        )
        for slug, country, names in (("ng", "NG", ("ada", "cy", "dee", "eve")), ("se", "SE", ("bo",)))
    ]
    backfill(
        home,
        *(
            archived(day, name, native_id=number)
            for name, number in NUMBERS.items()
            for day in ("2021-05-01", "2022-02-01")
        ),
    )
    spool_looks(
        home,
        *(
            look(end, dict.fromkeys(days, 1), [("2021-01-01", end)], target=NUMBERS[name])
            for name, days in POSTS.items()
            for end in ("2022-01-10T12:00" if name == "eve" else "2022-12-31T12:00",)
        ),
        platform="x",
    )
    load(home, bundle(home / "bundled", *lists))
    return home


@pytest.mark.proof
def test_what_is_known_of_blocks_is_stored_with_who_ordered_them_and_who_says_so(home: Path) -> None:
    assert query(
        home,
        "SELECT country, from_day::VARCHAR, to_day::VARCHAR, ordered_by, publisher FROM blocks"
        " INNER JOIN sources USING (source_id) WHERE platform = 'x' ORDER BY country",
    ) == [
        ("BR", "2024-08-30", "2024-10-08", "the Supreme Federal Court of Brazil", "MercoPress"),
        ("NG", "2021-06-04", "2022-01-12", "the federal government of Nigeria", "Premium Times"),
    ]


def test_days_of_a_block_are_no_days_of_silence(home: Path) -> None:
    told = "INNER JOIN current_handles USING (account_id) WHERE last_posted_on = '2021-06-01'"

    assert query(
        home, f"SELECT handle, dormant_on::VARCHAR, returned_on::VARCHAR FROM dormancies(91) {told} ORDER BY handle"
    ) == [
        ("ada", "2022-04-11", "2022-06-01"),  # 91 days and the 223 of the block after 1 June 2021
        ("bo", "2021-08-31", "2022-06-01"),  # 91 days: nobody blocked it in Sweden
        ("dee", "2022-04-11", None),
    ]
    assert query(home, f"SELECT handle, quiet_on::VARCHAR FROM quiets(180) {told} AND is_quiet ORDER BY 1") == [
        ("dee", "2022-07-09"),  # 180 days and 223
    ]


TWO_BLOCKS = """
INSERT INTO accounts BY NAME SELECT 1 AS account_id, 'bluesky' AS platform, 'did:web:ada.test' AS native_id;
INSERT INTO figures BY NAME SELECT 'ada' AS figure_id, 'ada' AS name, 'person' AS kind, 'NG' AS country, []::VARCHAR[] AS aliases;
INSERT INTO sources BY NAME SELECT 1 AS source_id, 'test' AS citation, 'test' AS publisher, 'UTC' AS time_zone;
INSERT INTO memberships BY NAME SELECT 'people' AS roster, 'ada' AS figure_id, 'MP' AS role, 'test' AS source;
INSERT INTO claims BY NAME
SELECT
    1 AS claim_id, 'ada' AS figure_id, 1 AS account_id, 'accepts' AS polarity, 'curated' AS tier, 'roster' AS kind, 1 AS source_id,
    now() AS recorded_at;
INSERT INTO blocks BY NAME
SELECT 'bluesky' AS platform, 'NG' AS country, unnest([DATE '2025-01-20', DATE '2025-08-01']) AS from_day,
    unnest([DATE '2025-01-29', NULL]) AS to_day, 'a court' AS ordered_by, 1 AS source_id;
INSERT INTO activity_days VALUES (1, DATE '2025-01-01', 1, 0, 0, 1);
INSERT INTO activity_looks BY NAME
SELECT 1 AS account_id, 1 AS run_id, TIMESTAMPTZ '2025-10-10 12:00:00+00' AS looked_at, TIMESTAMPTZ '2024-12-01 00:00:00+00' AS covers_from,
    'posts' AS kinds, true AS complete;
"""


@contextmanager
def world(statements: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with these rows, and the views of them."""
    with connect() as connection:
        migrate(connection, Path(":memory:"))
        connection.execute(statements)
        build_views(connection, VIEWS)
        yield connection


def test_a_block_after_it_was_dormant_holds_up_no_silence() -> None:
    """A block of ten days in January, and another one from August on. 91 days and ten after 1 January is 12 April."""
    with world(TWO_BLOCKS) as connection:
        for table in ("dormancies(91)", "silences_of(91)", "activity"):
            assert rows(connection, f"SELECT dormant_on::VARCHAR FROM {table}") == [("2025-04-12",)], table
        assert rows(connection, "SELECT blocked_days FROM silences_of(91)") == [(10,)]
        assert rows(connection, "SELECT move, not_before::DATE::VARCHAR, blocked_days FROM silence_moves") == [
            ("dormant", "2025-04-12", 10)
        ]


def test_a_block_that_begins_while_an_earlier_one_holds_a_silence_up_holds_it_up_too() -> None:
    """91 days and the ten of the first block end on 12 April; on that day a block of five days begins."""
    second = TWO_BLOCKS.replace("DATE '2025-08-01'", "DATE '2025-04-12'").replace(
        "29', NULL]", "29', DATE '2025-04-16']"
    )
    with world(second) as connection:
        for table in ("dormancies(91)", "silences_of(91)", "activity"):
            assert rows(connection, f"SELECT dormant_on::VARCHAR FROM {table}") == [("2025-04-17",)], table
        # 180 days and fifteen; 28 days and ten.
        assert rows(
            connection,
            "SELECT quiet_on::VARCHAR FROM quiets(91) UNION FROM (SELECT quiet_on::VARCHAR FROM quiets(180)) ORDER BY 1",
        ) == [
            ("2025-04-17",),
            ("2025-07-15",),
        ]
        assert rows(connection, "SELECT dormant_on::VARCHAR, blocked_days FROM silences_of(28)") == [("2025-02-08", 10)]


# 91 days and the ten of the first block end on 12 April. If two blocks hold at once, each day counts once.
@pytest.mark.proof
@pytest.mark.parametrize(
    ("blocks", "blocked_days"),
    [
        ("('2025-01-20', '2025-01-29'), ('2025-01-20', '2025-01-29')", 10),
        ("('2025-01-20', '2025-01-29'), ('2025-01-25', '2025-02-03')", 15),
        ("('2025-01-20', '2025-01-29'), ('2025-01-22', '2025-01-24')", 10),
        ("('2025-01-20', '2025-01-29'), ('2025-01-30', '2025-02-03')", 15),
        ("('2025-01-20', '2025-01-29'), ('2025-02-01', '2025-02-05')", 15),
    ],
)
def test_days_of_two_blocks_at_once_count_once(blocks: str, blocked_days: int) -> None:
    """One figure in Nigeria and another in Brazil share the account, and each country has a block."""
    with world(TWO_BLOCKS) as connection:
        connection.execute(
            "INSERT INTO figures BY NAME SELECT 'bo' AS figure_id, 'bo' AS name, 'person' AS kind, 'BR' AS country, []::VARCHAR[] AS aliases;"
            "INSERT INTO claims BY NAME SELECT 2 AS claim_id, 'bo' AS figure_id, 1 AS account_id, 'accepts' AS polarity,"
            " 'curated' AS tier, 'roster' AS kind, 1 AS source_id, now() AS recorded_at;"
            "DELETE FROM blocks;"
            f"CREATE TABLE told AS SELECT * FROM (VALUES {blocks}) AS t (from_day, to_day);"
            "INSERT INTO blocks BY NAME SELECT 'bluesky' AS platform, CASE rowid WHEN 0 THEN 'NG' ELSE 'BR' END AS country,"
            " from_day::DATE AS from_day, to_day::DATE AS to_day, 'a court' AS ordered_by, 1 AS source_id FROM told;"
        )
        build_views(connection, VIEWS, anew=True)

        assert rows(connection, "SELECT DISTINCT blocked_days FROM silences_of(91)") == [(blocked_days,)]


def test_of_a_silence_at_the_last_look_only_blocks_in_the_part_that_is_counted_hold_it_up(home: Path) -> None:
    with open_version(reading_file(home)) as connection:
        found = silent(connection, roster="ng", platform="x")

    assert found
    assert dict(found.frame.select("name", "silent_for").rows()) == {"ada": 180, "cy": 180, "dee": 180, "eve": 0}


# The second block begins on 1 August. 28, 91 and 180 days and the ten of the first block are full on 8 February, 12 April and 10 July.
@pytest.mark.parametrize(
    ("looked_at", "silent_for"),
    [
        ("2025-02-08", 0),
        ("2025-02-09", 28),
        ("2025-04-12", 28),
        ("2025-04-13", 91),
        ("2025-07-10", 91),
        ("2025-07-11", 180),
        ("2025-10-10", 180),
    ],
)
def test_a_later_block_takes_nothing_from_a_silence_that_was_long_enough(looked_at: str, silent_for: int) -> None:
    with world(TWO_BLOCKS.replace("2025-10-10", looked_at)) as connection:
        found = silent(connection, roster="people", platform="bluesky")

    assert found
    assert found.frame["silent_for"].to_list() == [silent_for]


def test_who_was_silent_while_blocked_is_said_to_be_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def places(slug: str, day: str) -> list[tuple[str, str]]:
        return query(
            home,
            f"SELECT figure_id, place FROM places_on('{slug}', DATE '{day}') WHERE platform = 'x' ORDER BY figure_id",
        )

    assert places("ng", "2021-08-01") == [(name, "blocked") for name in ("ada", "cy", "dee", "eve")]
    assert places("se", "2021-08-01") == [("bo", "silent")]
    assert dict(places("ng", "2021-06-10"))["ada"] == "active"

    said = words(run(ROOT / "pages" / "places.py", home, monkeypatch, roster="ng", day="2021-08-01"))

    assert "no post while the country blocked it; last post 1 Jun 2021" in said


def test_the_feed_of_moves_says_which_days_did_not_count(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(run(ROOT / "pages" / "moves.py", home, monkeypatch, roster="ng"))

    assert (
        "last post 1 June 2021; counted as dormant since 11 April 2022 (dormant91@1);"
        " 223 days do not count, because the country blocked the platform"
    ) in said

    said = words(run(ROOT / "pages" / "moves.py", home, monkeypatch, roster="se"))

    assert "last post 1 June 2021; counted as dormant since 31 August 2021 (dormant91@1)" in said
    assert "do not count" not in said


def test_a_chart_of_the_country_draws_the_block_and_says_who_ordered_it(home: Path) -> None:
    around = {"platform": "x", "start": date(2021, 1, 1), "end": date(2021, 12, 31)}
    with open_version(reading_file(home)) as connection:
        (marked,) = markers(connection, roster="ng", **around).to_dicts()  # type: ignore[arg-type]  # a platform and two days
        others = [markers(connection, roster=roster, **around) for roster in ("se", None)]  # type: ignore[arg-type]

    assert (
        marked["title"] == "4 Jun 2021 – 12 Jan 2022: blocked in Nigeria, ordered by the federal government of Nigeria"
    )
    # Only the part of the block that lies in the chart is drawn.
    assert (marked["until"] - marked["at"]) == 86_400_000 * (date(2022, 1, 1) - date(2021, 6, 4)).days
    assert all(frame.is_empty() for frame in others)


def test_a_picture_draws_the_block_as_a_band(home: Path) -> None:
    """From 4 June 2021 to the end of the year, in a picture of two years."""
    with open_version(reading_file(home)) as connection:
        found = adoption_of(connection, roster="ng", platform="x")
        marked = markers(connection, roster="ng", platform="x", start=date(2021, 1, 1), end=date(2021, 12, 31))
    assert found
    chart = charts()["adoption"].draw(curve=found.curve, gaps=found.gaps, events=marked)
    spec = chart.to_dict()
    bands = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rect"]

    ((band,),) = [spec["datasets"][each["data"]["name"]] for each in bands]
    assert (band["at"], band["until"]) == (wall(date(2021, 6, 4)), wall(date(2022, 1, 1)))
    assert [(each["encoding"]["x"]["field"], each["encoding"]["x2"]["field"]) for each in bands] == [("at", "until")]


def ranges(marked: pl.DataFrame, since: date, until: date) -> list[str]:
    """The titles of what is marked as a range that has days in common with these."""
    return [
        row["title"]
        for row in marked.filter(pl.col("until").is_not_null()).to_dicts()
        if row["at"] <= wall(until) and row["until"] > wall(since)
    ]


def test_each_block_is_drawn_once_for_every_list_of_its_country(bundled_home: Path) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        known = rows(
            connection,
            "SELECT DISTINCT m.roster, b.platform, b.from_day, b.to_day FROM blocks AS b INNER JOIN figures USING (country)"
            " INNER JOIN memberships AS m USING (figure_id)",
        )
        for roster, platform, since, until in known:
            around = {"start": since.replace(month=1, day=1), "end": until.replace(month=12, day=31)}
            (told,) = ranges(markers(connection, roster=roster, platform=platform, **around), since, until)
            assert "blocked in" in told
            assert "ordered by" in told
        # If nobody on the list is from the country, only the event shows it.
        everywhere = [
            ranges(markers(connection, platform="x", start=since, end=until), since, until)
            for _, _, since, until in known
        ]

    assert {(roster, since.year) for roster, _, since, _ in known} >= {("koo-elsewhere", 2021), ("koo-elsewhere", 2024)}
    assert {len(titles) for titles in everywhere} == {1}


EVENT = """
- event: {event}
  title: {event}
  starts_on: {starts_on}
  {ends_on}
  time_zone: Africa/Lagos
  country: NG
  platforms: [x]
  description: What happened.
  sources:
    - {{citation: A report, publisher: A paper, published_on: 2021-06-04}}
"""


def test_an_event_that_only_begins_with_a_block_is_marked_beside_it(tmp_path: Path) -> None:
    of = roster("ng", [member("ada", country="NG")], accounts=(claim("ada", "ada", "1", platform="x"),), vouches=False)
    bundled = bundle(tmp_path / "bundled", of)
    ends = {
        "election": "",
        "trial": "ends_on: 2021-08-01",
        "block": "ends_on: 2022-01-12",
        "lifted": "ends_on: 2022-01-13",
    }
    told = [EVENT.format(event=event, starts_on="2021-06-04", ends_on=ends_on) for event, ends_on in ends.items()]
    (bundled / "events.yaml").write_text("".join(told))
    load(tmp_path / "home", bundled)
    with open_version(reading_file(tmp_path / "home")) as connection:
        around = {"start": date(2021, 1, 1), "end": date(2022, 12, 31)}
        marked = markers(connection, roster="ng", platform="x", **around)["title"].to_list()

    assert len(marked) == 3
    assert [name for name in ends if any(name in title for title in marked if "ordered by" not in title)] == [
        "election",
        "trial",
    ]


def test_a_block_leaves_room_for_other_events(bundled_home: Path) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        marked = markers(
            connection, roster="koo-elsewhere", platform="x", start=date(2021, 1, 1), end=date(2024, 12, 31)
        )

    assert len(marked) == 4
    assert len([title for title in marked["title"] if "ordered by" in title]) == 2


def test_weeks_on_two_platforms_draw_the_block_of_either(home: Path) -> None:
    around = {"start": date(2021, 5, 1), "end": date(2021, 7, 31)}
    with open_version(reading_file(home)) as connection:
        (ours,) = blocks(connection, platforms=["Bluesky", "X"], roster="ng", **around).to_dicts()  # type: ignore[arg-type]  # two days
        (theirs,) = blocks(connection, platforms=["X"], figure_id="ada", **around).to_dicts()  # type: ignore[arg-type]  # as above
        others = [
            blocks(connection, platforms=["Bluesky"], roster="ng", **around),  # type: ignore[arg-type]  # as above
            blocks(connection, platforms=["X"], roster="se", **around),  # type: ignore[arg-type]  # as above
            blocks(connection, platforms=["X"], figure_id="bo", **around),  # type: ignore[arg-type]  # as above
            blocks(connection, platforms=["X"], roster="ng", start=date(2022, 1, 13), end=date(2022, 12, 31)),
        ]

    assert ours == theirs
    assert ours["title"] == (
        "4 Jun 2021 – 12 Jan 2022: X blocked in Nigeria, ordered by the federal government of Nigeria"
    )
    assert (ours["at"], ours["until"]) == (wall(date(2021, 6, 4)), wall(date(2021, 8, 1)))
    assert all(frame.is_empty() for frame in others)


def test_the_first_screen_draws_the_block_as_the_other_pages_do(home: Path) -> None:
    with open_version(reading_file(home)) as connection:
        ours, others = (
            arrivals(
                connection,
                roster=slug,
                platform="x",
                day=date(2021, 8, 1),
                start=date(2021, 6, 1),
                end=date(2021, 9, 1),
            )
            for slug in ("ng", "se")
        )
    (marked,) = ours.events.to_dicts()

    assert (
        marked["title"] == "4 Jun 2021 – 12 Jan 2022: blocked in Nigeria, ordered by the federal government of Nigeria"
    )
    assert (marked["at"], marked["until"]) == (wall(date(2021, 6, 4)), wall(date(2021, 9, 1)))
    assert others.events.is_empty()
