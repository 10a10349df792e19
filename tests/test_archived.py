"""Archived pages in the store: each series is one person's, whoever else has held the handle."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from kooch.config import VIEWS
from kooch.store.bodies import keep_body, read_body
from kooch.store.load import master_file
from kooch.store.outcomes import Failed, Profile
from kooch.store.read import captures_read
from kooch.store.spool import write_batch
from kooch.store.state import open_state
from kooch.store.suppress import suppress
from tests.stores import archived, backfill, bundle, claim, contents, crawl, load, member, query, roster, seen

SERIES = """
SELECT a.native_id, strftime(o.valid_at, '%Y-%m-%d'), o.followers
FROM observations AS o
INNER JOIN accounts AS a ON a.account_id = o.account_id
ORDER BY o.valid_at, o.followers
"""
AUDIENCE = (
    "SELECT figure_id, strftime(valid_at, '%Y-%m-%d'), followers, source, capture_url FROM audience ORDER BY valid_at"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    """Ann, listed on 1 January 2025 under a handle on X."""
    accounts = (claim("ann", "Ann", platform="x"),)
    return bundle(tmp_path / "bundled", roster("people", [member("ann")], accounts=accounts))


def test_a_capture_is_an_observation_of_its_own_time_with_its_address(home: Path, bundled: Path) -> None:
    load(home, bundled)
    backfill(home, archived("2024-12-20", "ann", native_id="7", followers=10, opened="2011-11-10"))
    load(home, bundled)

    address = "https://web.archive.org/web/20241220120000/https://twitter.com/ann"
    assert query(home, AUDIENCE) == [("ann", "2024-12-20", 10, "archive", address)]
    assert query(home, "SELECT platform, source, state, planned, observed FROM runs") == [
        ("x", "archive", "partial", 1, 1)
    ]
    assert query(
        home,
        "SELECT strftime(not_before, '%Y-%m-%d'), strftime(before, '%Y-%m-%d %H:%M'), kind FROM bounds"
        " WHERE run_id IS NOT NULL ORDER BY kind",
    ) == [("2011-11-10", "2011-11-10 00:00", "opened"), (None, "2024-12-20 12:00", "seen")]
    assert captures_read(home, "x") == {address}


def test_many_captures_of_one_account_are_as_many_observations_of_one_run(home: Path, bundled: Path) -> None:
    load(home, bundled)
    days = [f"2024-12-{day:02}" for day in range(1, 29)]
    backfill(home, *(archived(day, "ann", native_id="7", followers=n) for n, day in enumerate(days)))
    load(home, bundled)

    assert query(home, SERIES) == [("7", day, n) for n, day in enumerate(days)]
    assert query(home, "SELECT planned, observed, failed FROM runs") == [(28, 28, 0)]


def test_captures_under_one_handle_that_show_other_ids_are_other_accounts(home: Path, bundled: Path) -> None:
    load(home, bundled)
    backfill(
        home,
        archived("2008-10-04", "ann", native_id="3", followers=145),
        archived("2024-12-01", "ann", native_id="7", followers=5_000_000),
        archived("2025-02-01", "ann", native_id="7", followers=5_100_000),
    )
    load(home, bundled)

    assert query(home, SERIES) == [
        ("3", "2008-10-04", 145),
        ("7", "2024-12-01", 5_000_000),
        ("7", "2025-02-01", 5_100_000),
    ]
    assert [row[2] for row in query(home, AUDIENCE)] == [5_000_000, 5_100_000]


def test_a_page_that_shows_no_id_is_its_own_account_and_nobodys_figure(home: Path, bundled: Path) -> None:
    load(home, bundled)
    fan, shop = (Profile(handle="ann", display_name=name) for name in ("Ann's fans", "Ann's shop"))
    backfill(
        home,
        archived("2008-10-04", "ann", profile=fan, followers=145),
        archived("2008-11-04", "ann", profile=fan, followers=150),
        archived("2009-11-04", "ann", profile=shop, followers=9),
        archived("2024-12-01", "ann", native_id="7", followers=5_000_000),
    )
    load(home, bundled)

    accounts = "SELECT count(DISTINCT account_id), count(*) FROM observations WHERE followers < 1000"
    assert query(home, accounts) == [(2, 3)]
    assert [row[2] for row in query(home, AUDIENCE)] == [5_000_000]


@pytest.mark.parametrize(
    ("days", "figures"),
    [
        ({"2024-12-15": "7"}, ["ann"]),
        ({"2025-01-20": "7"}, ["ann"]),
        ({"2012-06-01": "7"}, []),
        ({"2012-06-01": "7", "2026-06-01": "7"}, ["ann", "ann"]),
        ({"2012-06-01": "3", "2026-06-01": "7"}, []),
        ({"2024-12-31": "3", "2025-01-02": "7"}, ["ann"]),
    ],
    ids=["within a month before", "within a month after", "long before", "around it", "others around it", "between"],
)
def test_a_listed_handle_is_whose_it_was_when_it_was_listed(
    home: Path, bundled: Path, days: dict[str, str], figures: list[str]
) -> None:
    load(home, bundled)
    backfill(home, *(archived(day, "Ann", native_id=number, followers=1) for day, number in days.items()))
    load(home, bundled)

    assert [row[0] for row in query(home, AUDIENCE)] == figures


def test_a_roster_that_comes_later_finds_its_accounts(home: Path, tmp_path: Path) -> None:
    load(home, bundle(tmp_path / "none", roster("people", [member("ann")])))
    backfill(home, archived("2024-12-15", "ann", native_id="7", followers=1))
    load(home, tmp_path / "none")
    assert not query(home, AUDIENCE)

    late = bundle(tmp_path / "late", roster("people", [member("ann")], accounts=(claim("ann", "Ann", platform="x"),)))
    load(home, late)

    assert [row[0] for row in query(home, AUDIENCE)] == ["ann"]


def test_the_same_tables_come_of_any_order_of_batches(tmp_path: Path, bundled: Path) -> None:
    batches = [
        archived("2024-12-01", "ann", native_id="7", followers=1, profile=Profile(handle="ann", bio="first")),
        archived("2024-12-05", "ann", native_id="7", followers=2, profile=Profile(handle="ann", bio="second")),
        archived("2008-01-01", "ann", profile=Profile(handle="ann", display_name="other"), followers=3),
    ]
    found = []
    for n, order in enumerate(permutations(batches)):
        home = tmp_path / f"home{n}"
        load(home, bundled)
        for outcome in order:
            backfill(home, outcome)
            load(home, bundled)
        tables = contents(home)
        found.append(
            (tables["observations"] and query(home, SERIES), query(home, "SELECT bio FROM profiles ORDER BY ALL"))
        )
    assert all(each == found[0] for each in found)


def test_the_store_is_rebuilt_from_its_archive(home: Path, bundled: Path) -> None:
    load(home, bundled)
    backfill(
        home,
        archived("2024-12-01", "ann", native_id="7", followers=1),
        archived("2008-01-01", "ann", followers=3),
        archived("2024-12-02", "ann", Failed(cause="no_data")),
    )
    load(home, bundled)
    before = contents(home)
    master_file(home).unlink()
    load(home, bundled)

    assert contents(home) == before


def test_a_capture_read_again_in_one_run_replaces_its_outcome(home: Path, bundled: Path) -> None:
    load(home, bundled)
    first = archived("2024-12-01", "ann", native_id="7", followers=1)
    run = backfill(home, first, archived("2024-12-02", "ann", native_id="7", followers=2))
    load(home, bundled)
    again = replace(first, result=Failed(cause="no_data"), recorded_at=first.recorded_at + timedelta(hours=1))
    write_batch(home, run=run, platform="x", outcomes=[again])
    load(home, bundled)

    assert query(home, SERIES) == [("7", "2024-12-02", 2)]
    assert query(home, "SELECT observed, failed FROM runs") == [(1, 1)]


def test_an_archived_handle_is_no_reason_to_doubt_the_list(home: Path, bundled: Path) -> None:
    load(home, bundled)
    crawl_key = archived("2024-12-20", "Ann", native_id="7", followers=1)
    old = archived("2012-01-01", "annie", native_id="7", followers=1)
    backfill(home, crawl_key, old)
    load(home, bundled)

    assert query(home, "SELECT handle, url FROM presence") == [("Ann", "https://x.com/Ann")]


def test_the_end_of_a_platform_is_said_of_the_account_that_was_looked_up(home: Path, tmp_path: Path) -> None:
    bundled = bundle(
        tmp_path / "koo", roster("people", [member("ann")], accounts=(claim("ann", "ann", platform="koo"),))
    )
    load(home, bundled)
    backfill(
        home,
        archived("2024-07-10", "ann", status="platform_closed", profile=None),
        archived("2024-07-12", "ann", status="platform_closed", profile=None),
        platform="koo",
    )
    load(home, bundled)

    assert query(home, "SELECT state, status::VARCHAR FROM presence") == [("ended by platform", "platform_closed")]


def test_an_archive_never_makes_a_run_that_holds(home: Path, tmp_path: Path) -> None:
    names = [f"p{n}" for n in range(10)]
    bundled = bundle(
        tmp_path / "koo",
        roster(
            "people", [member(name) for name in names], accounts=[claim(name, name, platform="koo") for name in names]
        ),
    )
    load(home, bundled)
    backfill(
        home, *(archived("2024-07-10", name, status="platform_closed", profile=None) for name in names), platform="koo"
    )
    load(home, bundled)

    assert query(home, "SELECT count(*) FROM holds") == [(0,)]


def test_a_suppressed_account_leaves_no_page_behind(home: Path, bundled: Path) -> None:
    load(home, bundled)
    digest = "A" * 32
    keep_body(home, digest, b"a page of canary words")
    backfill(
        home,
        archived("2024-12-20", "Ann", native_id="7", followers=1, profile=Profile(handle="Ann", bio="canary words")),
        archived("2024-12-21", "Ann", Failed(cause="no_data")),
    )
    load(home, bundled)
    suppress(home, platform="x", account="@ann", reason="asked", views=VIEWS, bundled=bundled)

    assert read_body(home, digest) is None
    assert query(home, "SELECT count(*) FROM captures") == [(0,)]
    assert query(home, "SELECT count(*) FROM ids WHERE lower(key) LIKE '%twitter.com/ann%'") == [(0,)]
    with open_state(home) as state:
        assert not state.execute("SELECT * FROM targets").fetchall()
    # And it stays away.
    backfill(home, archived("2024-12-22", "Ann", native_id="7", followers=1))
    load(home, bundled)
    assert query(home, "SELECT count(*) FROM observations") == [(0,)]
    assert query(home, "SELECT planned - observed - failed - skipped FROM runs ORDER BY run_id") == [(0,), (0,)]


def test_live_and_archived_sightings_are_one_series(home: Path, tmp_path: Path) -> None:
    bundled = bundle(
        tmp_path / "b", roster("people", [member("ann")], accounts=(claim("ann", "ann.example", "did:a"),))
    )
    load(home, bundled)
    crawl(home, seen("did:a", 0, followers=5, handle="ann.example", bio="now"))
    backfill(home, archived("2024-12-20", "ann.example", native_id="did:a", followers=4), platform="bluesky")
    load(home, bundled)

    assert [(row[2], row[3]) for row in query(home, AUDIENCE)] == [(4, "archive"), (5, "live")]
    assert query(home, "SELECT handle FROM presence") == [("ann.example",)]
