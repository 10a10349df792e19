"""A failed crawl never looks like an exodus: gone is what two looks a day apart agree on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kooch.store.outcomes import Cause, CrawledBound
from kooch.store.versions import second_looks
from tests.stores import at, bundle, claim, crawl, failed, load, member, query, roster, seen

HOUR, DAY = 60, 24 * 60
DIDS = [f"did:plc:{letter * 24}" for letter in "abcdefghij"]


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    members = [member(f"m{n}") for n in range(len(DIDS))]
    claims = tuple(claim(f"m{n}", f"m{n}.test", did) for n, did in enumerate(DIDS))
    return bundle(tmp_path / "bundled", roster("list", members, accounts=claims))


def look(home: Path, minutes: float, status: str, *dids: str) -> None:
    crawl(home, *(seen(did, minutes, status=status) for did in dids), state="complete")


def state_of(home: Path, figure: str = "m0") -> str:
    ((state,),) = query(home, f"SELECT state FROM states WHERE figure_id = '{figure}'")
    return str(state)


@pytest.mark.proof
def test_one_look_that_says_gone_is_not_a_departure(tmp_path: Path, bundled: Path) -> None:
    look(tmp_path, 0, "active", DIDS[0])
    look(tmp_path, DAY, "deleted", DIDS[0])
    look(tmp_path, DAY + 23 * HOUR, "deleted", DIDS[0])
    load(tmp_path, bundled)

    assert state_of(tmp_path) == "unconfirmed"
    assert query(tmp_path, "SELECT * FROM moves WHERE move <> 'joined'") == []
    assert query(tmp_path, "SELECT status::VARCHAR FROM observations ORDER BY valid_at") == [
        ("active",),
        ("deleted",),
        ("deleted",),
    ]


@pytest.mark.proof
@pytest.mark.parametrize(
    ("status", "state", "moves"),
    [
        ("deleted", "left", ["left"]),
        ("deactivated", "left", ["left"]),
        ("suspended", "ended by platform", ["ended by platform"]),
    ],
)
def test_a_second_look_a_day_later_confirms_it(
    status: str, state: str, moves: list[str], tmp_path: Path, bundled: Path
) -> None:
    look(tmp_path, 0, "active", DIDS[0])
    look(tmp_path, DAY, status, DIDS[0])
    look(tmp_path, 2 * DAY, status, DIDS[0])
    load(tmp_path, bundled)

    assert state_of(tmp_path) == state
    found = query(tmp_path, "SELECT move, not_before, before FROM moves WHERE move <> 'joined'")
    assert found == [(move, at(0), at(DAY)) for move in moves]


@pytest.mark.proof
@pytest.mark.parametrize(
    ("looks", "state", "moves"),
    [
        ({1: "suspended", 2: "deleted"}, "unconfirmed", []),
        ({1: "suspended", 2: "deleted", 3: "deleted"}, "left", [("left", 0, 2)]),
        ({1: "suspended", 2: "suspended", 40: "deleted"}, "ended by platform", [("ended by platform", 0, 1)]),
        (
            {1: "suspended", 2: "suspended", 40: "deleted", 42: "deleted"},
            "ended by platform",
            [("ended by platform", 0, 1)],
        ),
        ({1: "deleted", 2: "deleted", 40: "suspended", 42: "suspended"}, "left", [("left", 0, 1)]),
        ({1: "not_found", 3: "deactivated"}, "unconfirmed", []),
        ({1: "not_found", 3: "not_found"}, "not_found", [("not found", 0, 1)]),
    ],
)
def test_what_two_looks_agree_on_first_has_ended_the_stay(
    looks: dict[int, str], state: str, moves: list[tuple[str, int, int]], tmp_path: Path, bundled: Path
) -> None:
    for day, status in ({0: "active"} | looks).items():
        look(tmp_path, day * DAY, status, DIDS[0])
    load(tmp_path, bundled)

    assert state_of(tmp_path) == state
    found = query(tmp_path, "SELECT move, not_before, before FROM moves WHERE move <> 'joined'")
    assert found == [(move, at(after * DAY), at(before * DAY)) for move, after, before in moves]


def tombstone(year: int) -> CrawledBound:
    at_second = datetime(year, 1, 1, tzinfo=UTC)
    return CrawledBound(event="left", not_before=at_second, before=at_second + timedelta(seconds=1), kind="tombstone")


@pytest.mark.proof
def test_a_tombstone_alone_ends_no_stay(tmp_path: Path, bundled: Path) -> None:
    """It is the word of one server, which an account that is seen again later has proved wrong."""
    look(tmp_path, 0, "active", DIDS[0])
    crawl(tmp_path, seen(DIDS[0], DAY, status="deleted", bounds=(tombstone(2024),)), state="complete")
    look(tmp_path, 2 * DAY, "active", DIDS[0])
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT * FROM bounds WHERE event = 'left'") == []
    assert query(tmp_path, "SELECT spell FROM joins WHERE figure_id = 'm0'") == [(1,)]


@pytest.mark.proof
@pytest.mark.parametrize(("year", "n"), [(2024, 0), (2026, 1)])
def test_a_tombstone_dates_an_end_that_looks_have_confirmed(year: int, n: int, tmp_path: Path, bundled: Path) -> None:
    look(tmp_path, 0, "active", DIDS[0])
    for day in (400, 402):
        crawl(tmp_path, seen(DIDS[0], day * DAY, status="deleted", bounds=(tombstone(year),)), state="complete")
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT count(*) FROM bounds WHERE kind = 'tombstone'") == [(n,)]


@pytest.mark.proof
def test_a_failure_between_changes_nothing(tmp_path: Path, bundled: Path) -> None:
    look(tmp_path, 0, "active", DIDS[0])
    crawl(tmp_path, failed(DIDS[0], DAY), state="failed")
    crawl(tmp_path, failed(DIDS[0], 3 * DAY), state="failed")
    load(tmp_path, bundled)

    assert state_of(tmp_path) == "active"
    assert query(tmp_path, "SELECT * FROM moves WHERE move <> 'joined'") == []


@pytest.mark.proof
def test_a_doubtful_gap_does_not_end_a_stay(tmp_path: Path, bundled: Path) -> None:
    for minutes, status in ((0, "active"), (DAY, "deleted"), (DAY + HOUR, "active"), (3 * DAY, "active")):
        look(tmp_path, minutes, status, DIDS[0])
    load(tmp_path, bundled)

    assert state_of(tmp_path) == "active"
    assert query(tmp_path, "SELECT spell FROM joins WHERE figure_id = 'm0'") == [(1,)]


@pytest.mark.proof
def test_a_return_is_a_second_stay(tmp_path: Path, bundled: Path) -> None:
    for day, status in enumerate(("active", "deactivated", "deactivated", "active")):
        look(tmp_path, day * DAY, status, DIDS[0])
    load(tmp_path, bundled)

    assert state_of(tmp_path) == "active"
    assert query(tmp_path, "SELECT move, not_before, before FROM moves WHERE move <> 'joined' ORDER BY before") == [
        ("left", at(0), at(DAY)),
        ("returned", at(2 * DAY), at(3 * DAY + 1e-6 / 60)),
    ]
    spells = query(tmp_path, "SELECT spell, joined_not_before FROM joins WHERE figure_id = 'm0' ORDER BY spell")
    assert spells == [(1, None), (2, at(2 * DAY))]


def test_when_many_turn_gone_at_once_the_views_hold(tmp_path: Path, bundled: Path) -> None:
    look(tmp_path, 0, "active", *DIDS)
    look(tmp_path, DAY, "deleted", *DIDS[:6])
    load(tmp_path, bundled)

    assert query(tmp_path, "SELECT newly_gone, is_holding FROM holds") == [(6, True)]
    assert query(tmp_path, "SELECT count(*) FROM states WHERE state = 'left'") == [(0,)]


@pytest.mark.proof
@pytest.mark.parametrize(
    ("causes", "hours"),
    [
        (["server_error"], 1),
        (["unreachable", "timeout"], 4),
        (["refused", "rate_limited"], 4),
        (["timeout", "timeout", "timeout"], 16),
        (["timeout", "timeout", "timeout", "timeout"], None),
        (["server_error", "refused"], None),
        (["handle_taken_over"], None),
    ],
)
def test_what_failed_for_a_passing_cause_is_asked_for_before_its_turn(
    causes: list[Cause], hours: int | None, tmp_path: Path, bundled: Path
) -> None:
    look(tmp_path, -DAY, "active", DIDS[0])
    for n, cause in enumerate(causes):
        crawl(tmp_path, seen(DIDS[1], n * HOUR), failed(DIDS[0], n * HOUR, cause))
    load(tmp_path, bundled)
    due = [look.due_at for look in second_looks(tmp_path)]

    assert due == ([] if hours is None else [at((len(causes) - 1 + hours) * HOUR)])


def test_what_was_seen_after_it_failed_is_not_asked_for_again(tmp_path: Path, bundled: Path) -> None:
    crawl(tmp_path, failed(DIDS[0], 0, "unreachable"), seen(DIDS[1], 0))
    look(tmp_path, HOUR, "active", DIDS[0])
    load(tmp_path, bundled)

    assert second_looks(tmp_path) == []


def test_an_account_that_was_never_seen_is_asked_for_again_as_well(tmp_path: Path, bundled: Path) -> None:
    crawl(tmp_path, failed(DIDS[0], 0, "unreachable"), seen(DIDS[1], 0))
    load(tmp_path, bundled)

    assert [look.due_at for look in second_looks(tmp_path)] == [at(HOUR)]
