"""Archived pages in the store: each series is one person's, whoever else has held the handle."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kooch.config import VIEWS
from kooch.errors import ConfigError
from kooch.store.backfills import Backfill, Every, Walk, begin_backfill, plan_captures
from kooch.store.bodies import body_file, keep_body, read_body
from kooch.store.master import master_file
from kooch.store.outcomes import Failed, Profile, Target
from kooch.store.spool import write_batch
from kooch.store.state import end_run, open_state
from kooch.store.suppress import suppress
from kooch.store.versions import captures_read, second_looks
from tests.killing import is_suppressing_killed
from tests.stores import archived, backfill, bundle, claim, contents, crawl, ids, load, member, query, roster, seen

SERIES = """
SELECT a.native_id, strftime(o.valid_at, '%Y-%m-%d'), o.followers
FROM observations AS o
INNER JOIN accounts AS a ON a.account_id = o.account_id
ORDER BY o.valid_at, o.followers
"""
AUDIENCE = (
    "SELECT figure_id, strftime(valid_at, '%Y-%m-%d'), followers, source, capture_url FROM audience ORDER BY valid_at"
)
DAILY = Backfill(first_day=None, last_day=None, every=Every.DAY)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    """Ann, listed on 1 January 2025 under a handle on X."""
    accounts = (claim("ann", "Ann", platform="x"),)
    return bundle(tmp_path / "bundled", roster("people", [member("ann")], accounts=accounts))


@pytest.mark.proof
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


@pytest.mark.proof
def test_many_captures_of_one_account_are_as_many_observations_of_one_run(home: Path, bundled: Path) -> None:
    load(home, bundled)
    days = [f"2024-12-{day:02}" for day in range(1, 29)]
    backfill(home, *(archived(day, "ann", native_id="7", followers=n) for n, day in enumerate(days)))
    load(home, bundled)

    assert query(home, SERIES) == [("7", day, n) for n, day in enumerate(days)]
    assert query(home, "SELECT planned, observed, failed FROM runs") == [(28, 28, 0)]


@pytest.mark.proof
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


@pytest.mark.proof
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


@pytest.mark.proof
@pytest.mark.parametrize(
    ("days", "figures"),
    [
        ({"2024-12-15": "7"}, ["ann"]),
        ({"2025-01-20": "7"}, ["ann"]),
        ({"2012-06-01": "7"}, []),
        ({"2012-06-01": "7", "2026-06-01": "7"}, ["ann", "ann"]),
        ({"2012-06-01": "3", "2026-06-01": "7"}, []),
        ({"2024-12-31": "3", "2025-01-02": "7"}, []),
        ({"2024-12-15": "3", "2026-06-01": "7"}, []),
    ],
    ids=[
        "within a month before",
        "within a month after",
        "long before",
        "around it",
        "others around it",
        "others close around it",
        "another after it",
    ],
)
def test_a_listed_handle_is_whose_it_was_when_it_was_listed(
    home: Path, bundled: Path, days: dict[str, str], figures: list[str]
) -> None:
    load(home, bundled)
    backfill(home, *(archived(day, "Ann", native_id=number, followers=1) for day, number in days.items()))
    load(home, bundled)

    assert [row[0] for row in query(home, AUDIENCE)] == figures


STRANGER = {f"2024-12-{day:02}": "3" for day in (1, 20)}
OWNER = {f"2025-0{month}-05": "7" for month in (1, 2)}


@pytest.mark.proof
@pytest.mark.parametrize(
    "runs",
    [
        [(STRANGER, (None, "2024-12-31")), (OWNER, ("2025-01-01", None))],
        [(OWNER, ("2025-01-01", None)), (STRANGER, (None, "2024-12-31"))],
        [({"2012-06-01": "7"}, (None, "2013-12-31")), (OWNER, ("2025-01-01", None)), (STRANGER, ("2014-01-01", None))],
        [({"2024-12-20": "3"}, ("2024-12-01", "2025-01-01")), ({"2025-03-01": "7"}, ("2025-01-02", None))],
    ],
    ids=["past first", "past last", "the nearest past last", "a month around it first"],
)
def test_whose_a_handle_was_is_not_said_before_all_is_looked_for_that_can_tell(
    home: Path, bundled: Path, runs: list[tuple[dict[str, str], tuple[str | None, str | None]]]
) -> None:
    """Together these pages show that it changed hands; so none of them may be anybody's before the others are there."""
    load(home, bundled)
    for pages, days in runs:
        backfill(
            home, *(archived(day, "Ann", native_id=number, followers=1) for day, number in pages.items()), days=days
        )
        load(home, bundled)
        assert not query(home, AUDIENCE)


@pytest.mark.proof
def test_days_looked_for_one_after_the_other_tell_as_much_as_all_at_once(home: Path, bundled: Path) -> None:
    load(home, bundled)
    for first, last in (("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")):
        backfill(home, archived(f"{first[:4]}-06-01", "ann", native_id="7", followers=1), days=(first, last))
        load(home, bundled)

    assert [row[1] for row in query(home, AUDIENCE)] == ["2024-06-01", "2025-06-01"]


@pytest.mark.proof
def test_pages_without_an_id_are_of_one_account_in_one_year_at_the_most(home: Path, bundled: Path) -> None:
    """The same name years later may be somebody else's, and no name is nobody's."""
    load(home, bundled)
    named, nameless = Profile(handle="ann", display_name="Ann"), Profile(handle="ann")
    days = ("2008-02-01", "2008-10-04", "2009-11-20")
    backfill(home, *(archived(day, "ann", profile=named, followers=1) for day in days))
    backfill(home, *(archived(day, "ann", profile=nameless, followers=2, page=f"{day}/ann") for day in days))
    load(home, bundled)

    counted = "SELECT count(DISTINCT account_id), count(*) FROM observations WHERE followers = {}"
    assert query(home, counted.format(1)) == [(2, 3)]
    assert query(home, counted.format(2)) == [(3, 3)]


@pytest.mark.proof
@pytest.mark.parametrize("slugs", [("a", "b"), ("b", "a")], ids=["the older first", "the newer first"])
def test_a_handle_that_two_lists_give_to_two_people_is_each_ones_as_of_its_own_list(
    home: Path, tmp_path: Path, slugs: tuple[str, str]
) -> None:
    lists = [
        roster(slug, [member(who)], accounts=(claim(who, "PM", platform="x"),), as_of=date.fromisoformat(day))
        for slug, day, who in zip(slugs, ("2012-01-01", "2025-01-01"), ("ann", "bob"), strict=True)
    ]
    bundled = bundle(tmp_path / "lists", *(each for each in sorted(lists, key=lambda each: each.slug)))
    for n in (1, 2):  # One is loaded before the other.
        load(home, bundle(tmp_path / "lists", *sorted(lists, key=lambda each: each.slug)[:n]))
    backfill(
        home,
        archived("2012-01-10", "pm", native_id="3", followers=3),
        archived("2014-01-10", "pm", native_id="7", followers=7),
        archived("2025-01-10", "pm", native_id="7", followers=7),
    )
    load(home, bundled)
    found = [("ann", "2012-01-10", 3), ("bob", "2014-01-10", 7), ("bob", "2025-01-10", 7)]

    assert [row[:3] for row in query(home, AUDIENCE)] == found
    assert {handle for (handle,) in query(home, "SELECT lower(handle) FROM handles")} == {"pm"}
    before = contents(home)
    master_file(home).unlink()
    load(home, bundled)
    assert contents(home) == before


@pytest.mark.proof
def test_whose_a_handle_was_stays_said_when_the_store_is_made_anew(home: Path, bundled: Path) -> None:
    load(home, bundled)
    for days in ({"2012-12-15": "3", "2013-01-02": "7"}, {"2025-01-20": "7"}, {"2024-12-30": "3"}):
        backfill(home, *(archived(day, "Ann", native_id=number, followers=1) for day, number in days.items()))
        load(home, bundled)
    before = contents(home)
    master_file(home).unlink()
    load(home, bundled)

    assert contents(home) == before
    assert [row[1] for row in query(home, AUDIENCE)] == ["2013-01-02", "2025-01-20"]


@pytest.mark.proof
def test_an_archive_does_not_take_back_what_the_platform_has_answered(home: Path, tmp_path: Path) -> None:
    accounts = (claim("ann", "ann.test"),)
    bundled = bundle(tmp_path / "live", roster("people", [member("ann")], accounts=accounts))
    load(home, bundled)
    backfill(home, archived("2020-01-10", "ann.test", native_id="did:web:a.test", followers=1), platform="bluesky")
    load(home, bundled)
    crawl(home, seen("@ann.test", 0, native_id="did:web:z.test", followers=9, handle="ann.test", bio="now"))
    load(home, bundled)
    backfill(home, archived("2024-12-20", "ann.test", native_id="did:web:a.test", followers=1), platform="bluesky")
    load(home, bundled)
    before, numbers = contents(home), ids(home)
    master_file(home).unlink()
    load(home, bundled)

    assert contents(home) == before
    assert ids(home) == numbers
    assert [row[2] for row in query(home, AUDIENCE)] == [9]


@pytest.mark.proof
def test_a_roster_that_comes_later_finds_its_accounts(home: Path, tmp_path: Path) -> None:
    load(home, bundle(tmp_path / "none", roster("people", [member("ann")])))
    backfill(home, archived("2024-12-15", "ann", native_id="7", followers=1))
    load(home, tmp_path / "none")
    assert not query(home, AUDIENCE)

    late = bundle(tmp_path / "late", roster("people", [member("ann")], accounts=(claim("ann", "Ann", platform="x"),)))
    load(home, late)

    assert [row[0] for row in query(home, AUDIENCE)] == ["ann"]


@pytest.mark.proof
def test_the_same_tables_come_of_any_order_of_batches(tmp_path: Path, bundled: Path) -> None:
    batches = [
        archived("2024-12-01", "ann", native_id="7", followers=1, profile=Profile(handle="ann", bio="first")),
        archived("2024-12-05", "ann", native_id="7", followers=2, profile=Profile(handle="ann", bio="second")),
        archived("2008-01-01", "ann", profile=Profile(handle="ann", display_name="other"), followers=3),
    ]
    found = []
    for n, order in enumerate((batches, batches[::-1])):
        home = tmp_path / f"home{n}"
        load(home, bundled)
        for outcome in order:
            backfill(home, outcome)
            load(home, bundled)
        found.append((query(home, SERIES), query(home, "SELECT bio FROM profiles ORDER BY ALL")))
    assert found[0] == found[1]


@pytest.mark.proof
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


@pytest.mark.proof
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


@pytest.mark.proof
@pytest.mark.parametrize("loads", [1, 2])
def test_a_capture_that_two_runs_have_read_is_one_sighting(home: Path, bundled: Path, loads: int) -> None:
    load(home, bundled)
    first = archived("2024-12-20", "ann", native_id="7", followers=1, profile=Profile(handle="ann", bio="first"))
    again = archived("2024-12-20", "ann", native_id="7", followers=2, profile=Profile(handle="ann", bio="again"))
    backfill(home, replace(again, recorded_at=again.recorded_at + timedelta(hours=1)))
    if loads == 2:
        load(home, bundled)
    backfill(home, first)
    load(home, bundled)

    assert query(home, SERIES) == [("7", "2024-12-20", 2)]
    assert query(home, "SELECT bio FROM profiles") == [("again",)]
    assert query(home, "SELECT planned, observed FROM runs") == [(1, 1), (1, 1)]


@pytest.mark.proof
def test_an_archived_handle_is_no_reason_to_doubt_the_list(home: Path, bundled: Path) -> None:
    load(home, bundled)
    crawl_key = archived("2024-12-20", "Ann", native_id="7", followers=1)
    old = archived("2012-01-01", "annie", native_id="7", followers=1)
    backfill(home, crawl_key, old)
    load(home, bundled)

    assert query(home, "SELECT handle, url FROM presence") == [("Ann", "https://x.com/Ann")]


@pytest.mark.proof
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


@pytest.mark.proof
def test_what_an_archived_page_said_gets_no_second_look(home: Path, bundled: Path) -> None:
    load(home, bundled)
    backfill(home, archived("2024-12-10", "Ann", native_id="7", status="suspended"))
    load(home, bundled)

    assert query(home, "SELECT state FROM presence") == [("unconfirmed",)]
    assert second_looks(home) == []


@pytest.mark.proof
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


@pytest.mark.proof
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


@pytest.mark.proof
def test_pages_that_were_fetched_and_not_read_go_too(home: Path, bundled: Path) -> None:
    load(home, bundled)
    page = archived("2024-12-20", "Ann", native_id="7")
    with open_state(home) as state:
        run = begin_backfill(state, platform="x", roster=None, wanted=DAILY, walks=()).run
        plan_captures(state, run, [Target(key=page.target, handle="Ann", capture=page.capture)])
    keep_body(home, "A" * 32, b"a page")
    half_written = body_file(home, "A" * 32).with_suffix(".partial")
    half_written.write_bytes(b"a page")
    suppress(home, platform="x", account="@ann", reason="asked", views=VIEWS, bundled=bundled)

    assert read_body(home, "A" * 32) is None
    assert not half_written.exists()


@pytest.mark.proof
def test_a_suppression_that_broke_off_is_finished_by_another(home: Path, bundled: Path) -> None:
    load(home, bundled)
    keep_body(home, "A" * 32, b"a page")
    pages = archived("2024-12-20", "Ann", native_id="7", followers=1), archived("2024-12-20", "bob", native_id="8")
    backfill(home, *pages)
    load(home, bundled)
    was_killed = is_suppressing_killed(home, bundled, "@ann", platform="x", at="kooch.store.suppress:_cut_batch")
    suppress(home, platform="x", account="@ann", reason="asked", views=VIEWS, bundled=bundled)

    assert was_killed
    assert read_body(home, "A" * 32) is None
    assert query(home, "SELECT count(*) FROM ids WHERE lower(key) LIKE '%twitter.com/ann%'") == [(0,)]
    assert query(home, "SELECT count(*) FROM observations") == [(1,)]  # Bob's


@pytest.mark.proof
@pytest.mark.parametrize("handle", ["ÄNN", "İSİM"])
def test_a_suppressed_handle_is_found_in_any_alphabet(home: Path, tmp_path: Path, handle: str) -> None:
    accounts = (claim("ann", handle, platform="koo"),)
    bundled = bundle(tmp_path / "koo", roster("people", [member("ann")], accounts=accounts))
    load(home, bundled)
    backfill(home, archived("2023-12-20", handle, Failed(cause="no_data")), platform="koo")
    with open_state(home) as state:
        walk = Walk(walk=f"kooapp.com/profile/{handle}", handle=handle)
        begin_backfill(state, platform="koo", roster=None, wanted=DAILY, walks=[walk])
    suppress(home, platform="koo", account=handle.lower(), reason="asked", views=VIEWS, bundled=bundled)

    assert query(home, "SELECT planned, failed, state FROM runs ORDER BY started_at") == [
        (0, 0, "partial"),
        (0, 0, "running"),
    ]
    with open_state(home) as state:
        assert not state.execute("SELECT handle FROM walks UNION ALL SELECT handle FROM targets").fetchall()


@pytest.mark.parametrize(
    "damage", [lambda _: b"", lambda packed: packed[:30], lambda packed: packed[:12] + packed[11:]]
)
def test_a_kept_body_that_is_damaged_is_none(home: Path, damage: Callable[[bytes], bytes]) -> None:
    keep_body(home, "A" * 32, b"a page of some words")
    file = body_file(home, "A" * 32)
    file.write_bytes(damage(file.read_bytes()))

    assert read_body(home, "A" * 32) is None


@pytest.mark.proof
def test_live_and_archived_sightings_are_one_series(home: Path, tmp_path: Path) -> None:
    bundled = bundle(
        tmp_path / "b", roster("people", [member("ann")], accounts=(claim("ann", "ann.test", "did:web:a.test"),))
    )
    load(home, bundled)
    crawl(home, seen("did:web:a.test", 0, followers=5, handle="ann.test", bio="now"))
    backfill(home, archived("2024-12-20", "ann.test", native_id="did:web:a.test", followers=4), platform="bluesky")
    load(home, bundled)

    assert [(row[2], row[3]) for row in query(home, AUDIENCE)] == [(4, "archive"), (5, "live")]
    assert query(home, "SELECT handle FROM presence") == [("ann.test",)]


@pytest.mark.proof
def test_whose_a_handle_was_is_not_said_before_all_pages_are_read(home: Path, bundled: Path) -> None:
    """A crawl that publishes on its way has seen one side of the list's day only."""
    load(home, bundled)
    pages = [
        archived("2024-12-15", "Ann", native_id="3", followers=1),
        archived("2025-01-05", "Ann", native_id="7", followers=1),
    ]
    with open_state(home) as state:
        run = begin_backfill(state, platform="x", roster=None, wanted=DAILY, walks=()).run
        plan_captures(state, run, [Target(key=page.target, handle="Ann", capture=page.capture) for page in pages])
    for page in pages:
        load(home, bundled)
        assert not query(home, AUDIENCE)
        write_batch(home, run=run, platform="x", outcomes=[page])
    with open_state(home) as state:
        end_run(state, run, "complete")
    load(home, bundled)

    assert not query(home, AUDIENCE)


@pytest.mark.proof
def test_of_several_accounts_that_had_a_handle_one_is_suppressed_by_its_id(home: Path, bundled: Path) -> None:
    load(home, bundled)
    backfill(
        home,
        archived("2008-10-04", "Ann", native_id="3", followers=145),
        archived("2024-12-20", "Ann", native_id="7", followers=5_000),
        archived("2025-01-20", "Ann", native_id="7", followers=5_001),
    )
    load(home, bundled)
    with pytest.raises(ConfigError, match=r"several accounts: 3, 7\..*id:3"):
        suppress(home, platform="x", account="@ann", reason="asked", views=VIEWS, bundled=bundled)
    assert len(query(home, SERIES)) == 3

    suppress(home, platform="x", account="id:3", reason="asked", views=VIEWS, bundled=bundled)
    assert query(home, SERIES) == [("7", "2024-12-20", 5_000), ("7", "2025-01-20", 5_001)]
    assert query(home, "SELECT planned = observed + failed + skipped FROM runs") == [(True,)]
