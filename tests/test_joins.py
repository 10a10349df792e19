"""When somebody joined, calculated by hand: every interval, denominator, count, share and source of a small parliament."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kooch.config import VIEWS
from kooch.store.outcomes import CrawledBound, HandleSpan
from kooch.store.schema import migrate
from kooch.store.stays import store_stays
from kooch.store.views import build_views
from kooch.times import end_of, start_of
from tests.stores import Row, bundle, claim, crawl, load, member, query, roster, seen, statement

# The parliament
#
# A census of Indian days, complete from 1 January 2021 to 31 December 2022. A day in India begins at 18:30 UTC of the
# day before: "10 February" is [9 Feb 18:30, 10 Feb 18:30) in UTC, and a report of that day is known at its end.
#
# figure  member            what is said
# two     always            Mastodon: two accounts, opened (UTC days) on 5 April 2017 and 7 November 2022. Koo: absent
# ren     always            Bluesky: did:web:ren.test, listed as ren.old, since renamed; the directory dates it 2 November 2022 10:00
# rej     always            Koo: a parody account, denied; a paper dates it 3 February. Koo: absent
# dis     always            Koo: paper A of 1 March says 27 February, paper B of 2 March says the 28th
# uns     always            nothing: never searched
# abs     to 30 June 2022   Koo: absent 8 to 10 January 2021; there by 4 September (paper of the 5th)
# lef     to 31 Dec 2021    Koo: 10 February (paper of the 11th)
# p1      always            Koo: there by 16 February, all three in one report that rests on a statement by Koo
# p2      always, in two roles that overlap in May and June 2021: the same
# p3      from 20 Feb 2021  the same
# ret     always            Koo: 5 February (of the 6th); left 1 June (of the 2nd); again 3 March 2022 (of the 4th)

MEMBERS = [
    *(member(name) for name in ("two", "ren", "rej", "dis", "uns")),
    member("abs", to_day=date(2022, 6, 30)),
    member("lef", from_day=date(2019, 6, 1), to_day=date(2021, 12, 31)),
    member("p1"),
    member("p2", to_day=date(2021, 6, 30)),
    member("p2", role="Minister", from_day=date(2021, 5, 1)),
    member("p3", from_day=date(2021, 2, 20)),
    member("ret"),
]
ACCOUNTS = (
    claim("two", "two@old.test", platform="mastodon", opened_on=date(2017, 4, 5)),
    claim("two", "two@new.test", platform="mastodon", opened_on=date(2022, 11, 7)),
    claim("ren", "ren.old", "did:web:ren.test"),
    claim("rej", "rejfake", platform="koo", polarity="denies"),
)
SURVEY = {"publisher": "Survey", "source_url": "https://survey.example", "not_before": "2021-01-08"}
PRESS = {"publisher": "Press", "source_url": "https://press.example/koo", "derived_from": "a statement by Koo"}
STATEMENTS = (
    *(
        statement(name, "absent", "2021-01-15", not_after="2021-01-10", **SURVEY)
        for name in ("two", "ren", "rej", "abs")
    ),
    statement("rej", "joined", "2021-02-04", not_before="2021-02-03", not_after="2021-02-03", handle="RejFake"),
    statement("dis", "joined", "2021-03-01", not_before="2021-02-27", not_after="2021-02-27", publisher="A"),
    statement("dis", "joined", "2021-03-02", not_before="2021-02-28", not_after="2021-02-28", publisher="B"),
    statement("abs", "joined", "2021-09-05", not_after="2021-09-04", publisher="Evening"),
    statement("lef", "joined", "2021-02-11", not_before="2021-02-10", not_after="2021-02-10", publisher="Morning"),
    *(statement(name, "joined", "2021-02-16", not_after="2021-02-16", **PRESS) for name in ("p1", "p2", "p3")),
    statement("ret", "joined", "2021-02-06", not_before="2021-02-05", not_after="2021-02-05", publisher="First"),
    statement("ret", "left", "2021-06-02", not_before="2021-06-01", not_after="2021-06-01", publisher="Second"),
    statement("ret", "joined", "2022-03-04", not_before="2022-03-03", not_after="2022-03-03", publisher="Third"),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ist(day: str) -> datetime:
    """The first instant of a day in India: 18:30 UTC of the day before."""
    return utc(day) - timedelta(hours=5, minutes=30)


OPENED = utc("2022-11-02 10:00:00")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parliament")
    parliament = roster(
        "parliament",
        MEMBERS,
        accounts=ACCOUNTS,
        statements=STATEMENTS,
        selection="census",
        time_zone="Asia/Kolkata",
        complete_from=date(2021, 1, 1),
        as_of=date(2022, 12, 31),
    )
    bundled, home = bundle(folder / "bundled", parliament), folder / "home"
    opened = CrawledBound(event="joined", not_before=OPENED, before=OPENED + timedelta(seconds=1), kind="plc")
    old = HandleSpan(handle="ren.old", valid_from=OPENED)
    crawl(
        home, seen("did:web:ren.test", 0, handle="ren.old", bio="ren", handles=(old,), bounds=(opened,), followers=100)
    )
    load(home, bundled)
    spans = (
        HandleSpan(handle="ren.old", valid_from=OPENED, valid_to=utc("2025-06-05 00:00:00")),
        HandleSpan(handle="ren.new", valid_from=utc("2025-06-05 00:00:00")),
    )
    # A week later.
    crawl(
        home,
        seen("did:web:ren.test", 10080, handle="ren.new", bio="ren", handles=spans, bounds=(opened,), followers=110),
    )
    load(home, bundled)
    return home


# For each bound: the kind, and the paper or "crawl" on which it rests.
BOUND = """
(SELECT b.kind || ' ' || coalesce(s.publisher, 'crawl')
FROM bounds AS b LEFT JOIN sources AS s ON s.source_id = b.source_id WHERE b.bound_id = {}) AS {}
"""


def joins(home: Path, relation: str) -> list[Row]:
    return query(
        home,
        f"""
        SELECT
            j.figure_id,
            j.platform,
            j.spell,
            h.handle,
            j.joined_not_before,
            j.joined_before,
            {BOUND.format("j.from_bound", "from_bound")},
            {BOUND.format("j.to_bound", "to_bound")},
            j.contradiction,
            j.readings
        FROM {relation} AS j
        LEFT JOIN current_handles AS h ON h.account_id = j.account_id
        ORDER BY j.platform, j.figure_id, h.handle, j.spell
        """,
    )


# One line a stay. "published" bounds (it is there when the report appears) lie behind the dated ones and set no end.
BLUESKY = ("ren", "bluesky", 1, "ren.new", OPENED, OPENED + timedelta(seconds=1), "plc crawl", "plc crawl", False, 1)
MASTODON = [
    ("two", "mastodon", 1, "two@new.test", utc("2022-11-07"), utc("2022-11-08"), *["opened test"] * 2, False, 1),
    ("two", "mastodon", 1, "two@old.test", utc("2017-04-05"), utc("2017-04-06"), *["opened test"] * 2, False, 1),
]
RETURNED = ("ret", "koo", 1, None, ist("2021-02-05"), ist("2021-02-06"), "stated First", "stated First", False, 1)
CAME_BACK = ("ret", "koo", 2, None, ist("2022-03-03"), ist("2022-03-04"), "stated Third", "stated Third", False, 1)
LEFT_PARLIAMENT = ("lef", "koo", 1, None, ist("2021-02-10"), ist("2021-02-11"), *["stated Morning"] * 2, False, 1)
ONLY_PAPER_A = ("dis", "koo", 1, None, ist("2021-02-27"), ist("2021-02-28"), "stated A", "stated A", False, 1)
# Both papers cannot be right: the join lies somewhere between the first's lower and the second's upper end.
DISPUTED = ("dis", "koo", 1, None, ist("2021-02-27"), ist("2021-03-01"), "stated A", "stated B", True, 2)
# Absent at some instant from 8 January on: joined after that, and there by 4 September.
ABSENT_FIRST = (
    "abs",
    "koo",
    1,
    None,
    ist("2021-01-08"),
    ist("2021-09-05"),
    "stated Survey",
    "stated Evening",
    False,
    1,
)
IN_THE_PRESS = [
    (name, "koo", 1, None, None, ist("2021-02-17"), None, "stated Press", False, 1) for name in ("p1", "p2", "p3")
]


@pytest.mark.proof
def test_every_join_is_the_interval_calculated_by_hand(home: Path) -> None:
    # rej has none: the account is denied, and with it what the paper says of it. Nor have uns, two and ren on Koo.
    assert joins(home, "joins") == [
        BLUESKY,
        ABSENT_FIRST,
        DISPUTED,
        LEFT_PARLIAMENT,
        *IN_THE_PRESS,
        RETURNED,
        CAME_BACK,
        *MASTODON,
    ]


@pytest.mark.proof
def test_a_figure_joins_with_the_earliest_of_its_accounts(home: Path) -> None:
    found = query(
        home,
        "SELECT figure_id, platform, joined_not_before, joined_before, contradiction, accounts FROM first_joins"
        " WHERE figure_id IN ('two', 'ret', 'dis') ORDER BY figure_id",
    )

    assert found == [
        ("dis", "koo", ist("2021-02-27"), ist("2021-03-01"), True, 1),
        ("ret", "koo", ist("2021-02-05"), ist("2021-02-06"), False, 1),
        ("two", "mastodon", utc("2017-04-05"), utc("2017-04-06"), False, 2),
    ]
    assert query(home, "SELECT count(*), count(DISTINCT figure_id) FROM first_joins") == [(9, 9)]


def test_a_dispute_has_one_reading_for_each_paper(home: Path) -> None:
    found = query(
        home,
        """
        SELECT r.not_before, r.before, list(b.kind || ' ' || s.publisher ORDER BY b.kind, s.publisher)
        FROM (SELECT not_before, before, unnest(bounds) AS bound_id FROM readings WHERE figure_id = 'dis') AS r
        INNER JOIN bounds AS b ON b.bound_id = r.bound_id
        INNER JOIN sources AS s ON s.source_id = b.source_id
        GROUP BY ALL
        ORDER BY r.not_before
        """,
    )

    assert found == [
        (ist("2021-02-27"), ist("2021-02-28"), ["published A", "published B", "stated A"]),
        (ist("2021-02-28"), ist("2021-03-01"), ["published A", "published B", "stated B"]),
    ]
    assert query(home, "SELECT count(*) FROM readings WHERE figure_id <> 'dis'") == [(10,)]


@pytest.mark.parametrize(
    ("instant", "on_koo"),
    [
        # The end of 10 February in India: lef's paper appears on the 11th.
        ("2021-02-10 18:30:00+00", [RETURNED]),
        # The last instant before paper A is known, and that instant.
        ("2021-03-01 18:29:59.999999+00", [LEFT_PARLIAMENT, *IN_THE_PRESS, RETURNED]),
        ("2021-03-01 18:30:00+00", [ONLY_PAPER_A, LEFT_PARLIAMENT, *IN_THE_PRESS, RETURNED]),
        (
            "2022-03-04 18:30:00+00",
            [ABSENT_FIRST, DISPUTED, LEFT_PARLIAMENT, *IN_THE_PRESS, RETURNED, CAME_BACK],
        ),
    ],
)
def test_what_was_known_by_an_instant(home: Path, instant: str, on_koo: list[Row]) -> None:
    found = joins(home, f"joins_known_by('{instant}'::TIMESTAMPTZ)")

    # The roster is of a later day: nobody knew of the accounts that it alone claims.
    assert found == on_koo


def test_a_crawl_is_known_when_it_is_stored(home: Path) -> None:
    # The list of 31 December 2022 says by then; the directory was read in June 2025.
    by_then = ("ren", "bluesky", 1, "ren.new", None, ist("2023-01-01"), None, "listed test", False, 1)

    assert joins(home, "joins_known_by('2025-06-01 11:59:59+00'::TIMESTAMPTZ)")[0] == by_then
    assert joins(home, "joins_known_by('2025-06-01 12:00:00+00'::TIMESTAMPTZ)")[0] == BLUESKY


def test_every_day_has_the_members_and_counts_calculated_by_hand(home: Path) -> None:
    # Certainly there from the last day possible, possibly from the first; p1 to p3 possibly since Koo opened in 2020.
    #
    #              abs     dis     lef     p1 p2   p3      ret
    # possibly     8 Jan   27 Feb  10 Feb  before  before  5 Feb
    # certainly    4 Sep   28 Feb  10 Feb  16 Feb  16 Feb  5 Feb
    #
    # uns was never searched. For two, ren and rej the survey of 8 to 10 January speaks for 30 days around it: until 9
    # February one in ten was not looked for, and may be divided; after it four in ten.
    # There as joined, for all are seen no later: until nine tenths of those who may be there have no look of the last 45
    # days. Of 11 that is from 28 March on, 45 days after lef's day and that of the three.
    wanted: list[tuple[Any, ...]] = [
        # day           members  not looked  joined  there
        ("2021-01-01", 10, 1, 0, 2, 0, 2),  # p3 is no member yet
        ("2021-01-08", 10, 1, 0, 3, 0, 3),  # abs
        ("2021-02-05", 10, 1, 1, 4, 1, 4),  # ret
        ("2021-02-10", 10, 4, 2, 5, 2, 5),  # lef
        ("2021-02-16", 10, 4, 4, 5, 4, 5),  # p1, p2
        ("2021-02-20", 11, 4, 5, 6, 5, 6),  # p3 becomes a member
        ("2021-02-27", 11, 4, 5, 7, 5, 7),  # dis
        ("2021-02-28", 11, 4, 6, 7, 6, 7),
        ("2021-03-28", 11, 4, 6, 7, None, None),
        ("2021-09-04", 11, 4, 7, 7, None, None),  # abs
        ("2022-01-01", 10, 4, 6, 6, None, None),  # lef was a member until the day before
        ("2022-07-01", 9, 4, 5, 5, None, None),  # abs likewise
        ("2022-12-31", 9, 4, 5, 5, None, None),
    ]
    found = query(
        home,
        "SELECT day::VARCHAR, members, not_looked, joined_min, joined_max, there_min, there_max, share_min, share_max,"
        " there_share_min, there_share_max FROM adoption WHERE platform = 'koo' ORDER BY day",
    )

    assert [row[:7] for row in found] == wanted
    assert [row[7:] for row in found] == [
        tuple(None if n is None or not_looked > 1 else n / members for n in counts)
        for _, members, not_looked, *counts in wanted
    ]


def test_a_platform_on_which_few_were_searched_is_counted_and_not_divided(home: Path) -> None:
    found = query(
        home,
        "SELECT day::VARCHAR, members, not_looked, joined_min, joined_max, share_max, there_min FROM adoption"
        " WHERE platform = 'mastodon' ORDER BY day",
    )

    assert found == [
        ("2021-01-01", 10, 9, 1, 1, None, 1),
        ("2021-02-20", 11, 10, 1, 1, None, 1),
        ("2022-01-01", 10, 9, 1, 1, None, 1),
        ("2022-07-01", 9, 8, 1, 1, None, 1),
        ("2022-12-31", 9, 8, 1, 1, None, 1),
        # The list is the last look: 45 days later nobody knows who is there.
        ("2023-02-15", 9, 8, 1, 1, None, None),
    ]


def test_who_was_looked_for_is_counted_by_hand(home: Path) -> None:
    found = query(
        home,
        "SELECT platform, figures, joined, absent, not_looked, observed, last_seen_at FROM coverage ORDER BY platform",
    )

    assert found == [
        ("bluesky", 11, 1, 0, 10, 1, utc("2025-06-08 12:00:00")),
        ("koo", 11, 7, 3, 1, 0, None),  # absent: two, ren, rej
        ("mastodon", 11, 1, 0, 10, 0, None),
    ]
    assert query(home, "SELECT figure_id, outcome, searched_at FROM searches ORDER BY figure_id") == [
        (name, "absent", ist("2021-01-11")) for name in ("abs", "rej", "ren", "two")
    ]
    assert query(home, "SELECT rejected_claims FROM rosters") == [(1,)]


def test_every_bound_has_its_source_and_three_rows_of_one_report_are_one_source(home: Path) -> None:
    found = query(
        home,
        """
        SELECT s.citation, s.url, s.derived_from, list(DISTINCT b.figure_id ORDER BY b.figure_id), count(*)
        FROM bounds AS b
        INNER JOIN sources AS s ON s.source_id = b.source_id
        WHERE b.platform = 'koo'
        GROUP BY ALL
        ORDER BY s.citation
        """,
    )

    # A day that a report gives makes two bounds: the day, and "there when the report appears".
    assert found == [
        ("A, 1 March 2021", None, None, ["dis"], 2),
        ("B, 2 March 2021", None, None, ["dis"], 2),
        ("Evening, 5 September 2021", None, None, ["abs"], 1),
        ("First, 6 February 2021", None, None, ["ret"], 2),
        ("Morning, 11 February 2021", None, None, ["lef"], 2),
        ("Press, 16 February 2021", "https://press.example/koo", "a statement by Koo", ["p1", "p2", "p3"], 3),
        ("Second, 2 June 2021", None, None, ["ret"], 1),
        ("Survey, 15 January 2021", "https://survey.example", None, ["abs", "rej", "ren", "two"], 4),
        ("Third, 4 March 2022", None, None, ["ret"], 2),
    ]
    # Nor is the paper a source that only speaks of the denied account.
    assert query(home, "SELECT count(*) FROM sources WHERE publisher = 'Daily'") == [(0,)]
    assert query(
        home, "SELECT count(*) FROM accounts AS a JOIN handles AS h USING (account_id) WHERE handle ILIKE 'rej%'"
    ) == [(0,)]


def test_a_rename_is_two_handles_of_one_account(home: Path) -> None:
    found = query(
        home,
        "SELECT handle, valid_from, valid_to FROM handles WHERE kind = 'registry' ORDER BY valid_from",
    )

    assert found == [
        ("ren.old", OPENED, utc("2025-06-05 00:00:00")),
        ("ren.new", utc("2025-06-05 00:00:00"), None),
    ]
    assert query(home, "SELECT count(*) FROM accounts WHERE platform = 'bluesky'") == [(1,)]
    assert query(home, "SELECT followers FROM audience WHERE figure_id = 'ren' ORDER BY valid_at") == [(100,), (110,)]


# Readings against a calculation that tries every set


class Bound(NamedTuple):
    not_before: int | None
    before: int | None
    known_at: int


NEVER = 99
instants = st.integers(0, 8)
# An interval without an instant is no evidence: it counts nowhere.
bounds = st.builds(Bound, st.none() | instants, st.none() | instants, st.integers(0, 3)).filter(
    lambda bound: bound.not_before is None or bound.before is None or bound.not_before < bound.before
)


def hour(n: int | None) -> datetime | None:
    return None if n is None else utc("2021-01-01") + timedelta(hours=n)


def intersection(chosen: tuple[tuple[int, Bound], ...]) -> tuple[int | None, int | None] | None:
    starts = [bound.not_before for _, bound in chosen if bound.not_before is not None]
    ends = [bound.before for _, bound in chosen if bound.before is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    if start is not None and end is not None and start >= end:
        return None
    return start, end


def largest_sets(case: list[Bound], known_by: int) -> set[Row]:
    """Every set of bounds that can all be true and is part of no larger one, with its intersection."""
    known = [(n, bound) for n, bound in enumerate(case) if bound.known_at <= known_by]
    possible = {
        frozenset(n for n, _ in chosen): found
        for size in range(1, len(known) + 1)
        for chosen in combinations(known, size)
        if (found := intersection(chosen)) is not None
    }
    return {
        (tuple(sorted(chosen)), hour(found[0]), hour(found[1]))
        for chosen, found in possible.items()
        if not any(chosen < other for other in possible)
    }


@pytest.fixture(scope="module")
def empty_store() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        migrate(connection, Path())
        build_views(connection, VIEWS)
        yield connection


@pytest.mark.proof
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(st.lists(bounds, min_size=1, max_size=6), min_size=1, max_size=25), known_by=st.integers(0, 3))
def test_readings_are_the_largest_sets_that_can_all_be_true(
    empty_store: duckdb.DuckDBPyConnection, cases: list[list[Bound]], known_by: int
) -> None:
    rows = [
        (100 * case + n + 1, f"figure-{case}", hour(bound.not_before), hour(bound.before), hour(bound.known_at))
        for case, bounds in enumerate(cases)
        for n, bound in enumerate(bounds)
    ]
    empty_store.execute("DELETE FROM bounds")
    empty_store.executemany(
        "INSERT INTO bounds BY NAME SELECT $1 AS bound_id, $2 AS figure_id, 'koo' AS platform, 'joined' AS event,"
        " 'stated' AS kind, $3::TIMESTAMPTZ AS not_before, $4::TIMESTAMPTZ AS before, $5::TIMESTAMPTZ AS known_at",
        rows,
    )
    store_stays(empty_store)
    found: dict[int, set[Row]] = {case: set() for case in range(len(cases))}
    readings = empty_store.sql(
        "SELECT figure_id, not_before, before, bounds, from_bound, to_bound FROM readings_known_by($1)",
        params=[hour(known_by)],
    )
    for figure, start, end, ids, from_bound, to_bound in readings.pl().rows():
        case = int(figure.removeprefix("figure-"))
        found[case].add((tuple(n % 100 - 1 for n in ids), start, end))
        assert hour(cases[case][from_bound % 100 - 1].not_before) == start if start else from_bound is None
        assert hour(cases[case][to_bound % 100 - 1].before) == end if end else to_bound is None

    assert found == {case: largest_sets(bounds, known_by) for case, bounds in enumerate(cases)}


@pytest.mark.proof
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=st.lists(bounds, min_size=1, max_size=6))
def test_the_join_covers_every_reading(empty_store: duckdb.DuckDBPyConnection, case: list[Bound]) -> None:
    empty_store.execute("DELETE FROM bounds")
    empty_store.executemany(
        "INSERT INTO bounds BY NAME SELECT $1 AS bound_id, 'f' AS figure_id, 'koo' AS platform, 'joined' AS event,"
        " 'stated' AS kind, $2::TIMESTAMPTZ AS not_before, $3::TIMESTAMPTZ AS before, $4::TIMESTAMPTZ AS known_at",
        [
            (n, hour(bound.not_before), hour(bound.before), hour(bound.known_at))
            for n, bound in enumerate(case, start=1)
        ],
    )
    store_stays(empty_store)
    found = empty_store.sql(
        "SELECT joined_not_before, joined_before, contradiction, readings FROM joins_known_by('infinity'::TIMESTAMPTZ)"
    )
    readings = largest_sets(case, NEVER)
    starts, ends = [start for _, start, _ in readings], [end for _, _, end in readings]

    assert found.pl().rows() == (
        [
            (
                None if None in starts else min(starts),
                None if None in ends else max(ends),
                len(readings) > 1,
                len(readings),
            )
        ]
        if readings
        else []
    )


# Days and zones


@pytest.mark.parametrize(
    ("day", "zone", "start", "hours"),
    [
        ("2021-02-10", "Asia/Kolkata", "2021-02-09 18:30:00", 24),
        ("2021-02-10", "America/New_York", "2021-02-10 05:00:00", 24),
        ("2021-03-14", "America/New_York", "2021-03-14 05:00:00", 23),
        ("2021-11-07", "America/New_York", "2021-11-07 04:00:00", 25),
        ("2021-02-10", "UTC", "2021-02-10 00:00:00", 24),
        # Samoa left out 30 December 2011 when it changed sides of the date line.
        ("2011-12-29", "Pacific/Apia", "2011-12-29 10:00:00", 24),
        # The clocks go forward at midnight: the day begins at one o'clock.
        ("2017-10-15", "America/Sao_Paulo", "2017-10-15 03:00:00", 23),
    ],
)
def test_a_day_is_an_interval_in_the_zone_of_its_source(day: str, zone: str, start: str, hours: int) -> None:
    of_day = date.fromisoformat(day)

    assert start_of(of_day, zone) == utc(start)
    assert end_of(of_day, zone) - start_of(of_day, zone) == timedelta(hours=hours)


def test_the_day_of_a_report_is_a_day_where_the_report_appears(tmp_path: Path) -> None:
    """Two reports of one day, in Delhi and in New York on the night when the clocks go forward."""
    said = {"not_before": "2021-03-14", "not_after": "2021-03-14"}
    statements = (
        statement("delhi", "joined", "2021-03-14", **said),
        statement("york", "joined", "2021-03-14", time_zone="America/New_York", **said),
    )
    people = roster("people", [member("delhi"), member("york")], statements=statements, time_zone="Asia/Kolkata")
    load(tmp_path / "home", bundle(tmp_path / "bundled", people))
    found = query(
        tmp_path / "home", "SELECT figure_id, joined_not_before, joined_before FROM first_joins ORDER BY figure_id"
    )

    assert found == [
        ("delhi", utc("2021-03-13 18:30:00"), utc("2021-03-14 18:30:00")),
        ("york", utc("2021-03-14 05:00:00"), utc("2021-03-15 04:00:00")),
    ]
    # In the days of the roster, which are Indian: New York's 14 March ends on India's 15th.
    assert query(
        tmp_path / "home",
        "SELECT day::VARCHAR, joined_min, joined_max, there_min, there_max FROM adoption WHERE platform = 'koo' ORDER BY day",
    ) == [
        ("2021-03-14", 1, 2, 1, 2),
        ("2021-03-15", 2, 2, 2, 2),
        # 45 days after the one report the half is not looked at any more.
        ("2021-04-29", 2, 2, None, None),
        ("2025-01-01", 2, 2, None, None),
    ]


def test_a_curve_ends_with_what_is_known(bundled_home: Path) -> None:
    """Terms that end in years to come are planned, and nobody is counted where nobody was looked at."""
    last = query(bundled_home, "SELECT max(day) FROM adoption WHERE roster = 'us-congress'")
    unseen = query(bundled_home, "SELECT count(*) FROM adoption WHERE there_max = 0 AND not_looked = members")

    assert last[0][0] <= date(2026, 7, 31)  # 46 days after the list was made
    assert unseen == [(0,)]


def test_an_address_that_wants_an_id_is_made_of_one(bundled_home: Path) -> None:
    of_accounts = "FROM accounts WHERE platform = 'youtube' AND merged_into IS NULL"
    found = query(bundled_home, f"SELECT native_id, url {of_accounts}")

    assert len(found) > 300
    # One without an id is found under its name, in the form that the platform gives to names.
    of_names = {
        url.removeprefix("https://www.youtube.com/").split("/")[0][0] for native_id, url in found if native_id is None
    }
    assert of_names <= {"@", "u", "c"}
    assert [
        url for native_id, url in found if native_id and url != f"https://www.youtube.com/channel/{native_id}"
    ] == []
