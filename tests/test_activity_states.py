"""What looks at posts become: days, cover, and the states that follow. A zero appears only where somebody looked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kooch.config import VIEWS
from kooch.store.outcomes import Cover, Looked, Outcome, PostedDay, Target
from kooch.store.spool import write_batch
from kooch.store.state import end_run, open_state, plan_run
from kooch.store.suppress import suppress
from tests.stores import bundle, claim, contents, crawl, load, member, query, roster, seen, statement

ADA = "did:web:ada.test"
BOB = "did:web:bob.test"


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def look(
    looked_at: str,
    posts: dict[str, int],
    covers: Sequence[tuple[str, str]] | None = (),
    target: str = ADA,
    **more: Any,  # noqa: ANN401 -- any field
) -> Outcome:
    """A look of `looked_at`; without `covers` it covers all from 2025 on."""
    spans = covers or [("2025-01-01", looked_at)]
    told: dict[str, Any] = {
        "native_id": target,
        "kinds": "posts",
        "is_complete": True,
        "covers": tuple(Cover(covers_from=at(start), covers_to=at(end)) for start, end in spans),
        "days": tuple(PostedDay(day=day(on), posts=n) for on, n in posts.items()),
    }
    if covers is None:
        told["covers"] = ()
    result = Looked(**told | more)
    return Outcome(target=target, result=result, valid_at=at(looked_at), recorded_at=at(looked_at))


def spool_looks(home: Path, *looks: Outcome, platform: str = "bluesky") -> None:
    """A run with these looks, in one batch."""
    with open_state(home) as state:
        targets = [Target(key=key) for key in sorted({look.target for look in looks})]
        run = plan_run(state, platform=platform, source="activity", targets=targets).run
        write_batch(home, run=run, platform=platform, outcomes=looks)
        end_run(state, run, "complete")


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    names = {"ada": ADA, "bob": BOB}
    claims = tuple(claim(name, None, native_id) for name, native_id in names.items())
    return bundle(tmp_path / "bundled", roster("people", map(member, names), accounts=claims))


def days_of(home: Path) -> list[tuple[Any, ...]]:
    return query(home, "SELECT day::VARCHAR, posts, posts_most FROM activity_days ORDER BY day")


@pytest.mark.proof
def test_days_are_as_the_latest_look_says_in_whatever_order_looks_arrive(tmp_path: Path, bundled: Path) -> None:
    looks = [
        look("2025-03-01T12:00", {"2025-02-01": 3, "2025-02-20": 1, "2025-03-01": 1}),
        # One of three is deleted, and the post of the 20th; the rest of 1 March comes.
        look("2025-03-02T12:00", {"2025-02-01": 2, "2025-03-01": 4}),
        # Broken off: it covers March alone.
        look(
            "2025-03-10T12:00",
            {"2025-03-05": 2, "2025-02-28": 1},
            [("2025-03-01", "2025-03-10T12:00")],
            is_complete=False,
        ),
    ]
    expected = [
        ("2025-02-01", 2, 3),
        ("2025-02-20", 0, 1),
        ("2025-02-28", 0, 1),
        ("2025-03-01", 0, 4),
        ("2025-03-05", 2, 2),
    ]
    found = []
    for n, order in enumerate(([0, 1, 2], [2, 1, 0], [1, 2, 0])):
        home = tmp_path / f"home{n}"
        for each in order:
            spool_looks(home, looks[each])
            load(home, bundled)
        found.append(days_of(home))

    assert found == [expected] * 3


@pytest.mark.proof
def test_a_rebuilt_store_and_one_loaded_twice_hold_the_same(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    spool_looks(home, look("2025-03-01T12:00", {"2025-02-01": 3}), look("2025-03-01T12:00", {}, target=BOB))
    load(home, bundled)
    spool_looks(home, look("2025-03-02T12:00", {"2025-02-01": 2}))
    load(home, bundled)
    before = contents(home)
    load(home, bundled)

    assert contents(home) == before
    assert len(before["activity_looks"]) == 3

    (home / "master.duckdb").unlink()
    load(home, bundled)

    assert contents(home) == before


def active(home: Path, on: str, days: int = 28, who: str = "ada") -> Any:  # noqa: ANN401 -- true, false or NULL
    ((is_active, definition),) = query(
        home, f"SELECT is_active, definition FROM active_on(DATE '{on}', {days}) WHERE figure_id = '{who}'"
    )

    assert definition == f"active{days}@1"
    return is_active


@pytest.mark.proof
def test_active_says_yes_no_and_unknown(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    spool_looks(
        home,
        look(
            "2025-06-30T12:00",
            {"2025-03-10": 1, "2025-06-20": 1},
            [("2025-03-01", "2025-04-30T12:00"), ("2025-06-10", "2025-06-30T12:00")],
        ),
    )
    load(home, bundled)

    assert active(home, "2025-03-09") is None  # only nine of 28 days were looked at
    assert active(home, "2025-03-10") is True
    assert active(home, "2025-04-06") is True
    assert active(home, "2025-04-07") is False
    assert active(home, "2025-04-29") is False
    assert active(home, "2025-04-30") is None  # half a day
    assert active(home, "2025-06-15") is None
    assert active(home, "2025-06-20") is True
    assert active(home, "2025-07-17") is True
    assert active(home, "2025-07-18") is None
    assert active(home, "2025-04-07", 91) is True
    assert active(home, "2025-06-20", who="bob") is None


def slowly(posts: list[date], covers: list[tuple[date, date]], on: date, days: int) -> bool | None:
    window = [on - timedelta(days=n) for n in range(days)]
    if any(each in posts for each in window):
        return True
    return False if all(any(start <= each < end for start, end in covers) for each in window) else None


def test_active_is_what_a_slow_reading_says_on_every_day(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    posts = [day("2025-01-01") + timedelta(days=n * n % 331) for n in range(1, 25, 3)]
    covers = [(day("2025-01-15"), day("2025-05-01")), (day("2025-05-20"), day("2025-12-01"))]
    spool_looks(
        home, look("2025-12-01", {str(on): 1 for on in posts}, [(str(start), str(end)) for start, end in covers])
    )
    load(home, bundled)
    spans = query(home, "SELECT from_day, until_day, is_active FROM active28")
    every = [day("2024-12-01") + timedelta(days=n) for n in range(450)]
    found = {on: [is_active for start, end, is_active in spans if start <= on < end] for on in every}

    assert max(map(len, found.values())) == 1
    assert {on: (said or [None])[0] for on, said in found.items()} == {
        on: slowly(posts, covers, on, 28) for on in every
    }

    counts = query(
        home, "SELECT day, active_accounts, inactive_accounts, unknown_accounts FROM active28_counts ORDER BY day"
    )

    # Nobody has looked at one of the two accounts.
    for on in every:
        known = [row[1:] for row in counts if row[0] <= on]
        is_active = slowly(posts, covers, on, 28)

        assert (known or [(0, 0, 2)])[-1] == (
            int(is_active is True),
            int(is_active is False),
            1 + (is_active is None),
        ), on


def test_dormant_begins_with_the_last_post_and_is_known_ninety_one_days_later(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    spool_looks(
        home, look("2025-12-01", {"2025-03-03": 1, "2025-08-01": 1}), look("2025-12-01", {"2025-11-01": 1}, target=BOB)
    )
    load(home, bundled)

    assert query(
        home,
        "SELECT last_posted_on::VARCHAR, dormant_on::VARCHAR, returned_on::VARCHAR, definition FROM dormancies(91) ORDER BY 1",
    ) == [
        ("2025-03-03", "2025-06-02", "2025-08-01", "dormant91@1"),
        ("2025-08-01", "2025-10-31", None, "dormant91@1"),
    ]
    assert query(
        home,
        "SELECT figure_id, last_posted_on::VARCHAR, dormant_on::VARCHAR, returned_on::VARCHAR, quiet_on FROM activity ORDER BY ALL",
    ) == [
        ("ada", "2025-08-01", "2025-10-31", "2025-08-01", None),
        ("bob", "2025-11-01", None, None, None),
    ]


def test_who_has_left_office_does_not_fall_quiet(tmp_path: Path) -> None:
    """Both posted last on 1 March. Ada's role ended in June, 180 days after it nobody watches her any more."""
    people = [member("ada", to_day=day("2025-06-01")), member("bob")]
    claims = (claim("ada", None, ADA), claim("bob", None, BOB))
    bundled = bundle(tmp_path / "bundled", roster("people", people, accounts=claims))
    home = tmp_path / "home"
    spool_looks(home, *(look("2025-12-01", {"2025-03-01": 1}, target=who) for who in (ADA, BOB)))
    load(home, bundled)

    assert query(
        home,
        "SELECT figure_id, is_quiet, quiet_on::VARCHAR, censored_on::VARCHAR, entered_on::VARCHAR FROM quiets(180) ORDER BY 1",
    ) == [
        ("ada", False, None, "2025-06-02", "2025-01-01"),
        ("bob", True, "2025-08-28", None, "2025-01-01"),
    ]


def test_a_profile_that_shows_the_last_post_says_that_nothing_came_since(tmp_path: Path, bundled: Path) -> None:
    """And no more: what was last may have been a repost."""
    home = tmp_path / "home"
    crawl(home, seen(ADA, 60 * 24 * 40, last_post_at=at("2025-06-05T00:00")), state="complete")  # 11 July, noon
    load(home, bundled)

    assert query(home, "SELECT first_day::VARCHAR, until_day::VARCHAR FROM activity_covers") == [
        ("2025-06-06", "2025-07-11")
    ]
    assert active(home, "2025-06-06") is None
    assert active(home, "2025-07-03") is False
    assert active(home, "2025-07-11") is None


def test_multihoming_is_unknown_where_one_platform_is(tmp_path: Path) -> None:
    people = [member(name) for name in ("one", "two", "maybe", "none")]
    dids = {f"{name}{n}": f"did:web:{name}{n}.test" for name in ("one", "two", "maybe", "none") for n in (1, 2)}
    claims = tuple(
        claim(name[:-1], None, did) if name.endswith("1") else claim(name[:-1], None, str(1000 + n), platform="x")
        for n, (name, did) in enumerate(dids.items())
    )
    bundled = bundle(tmp_path / "bundled", roster("people", people, accounts=claims))
    home = tmp_path / "home"
    yes, no = {"2025-03-01": 1}, {"2025-01-02": 1}
    spool_looks(
        home,
        *(
            look("2025-03-05", posts, target=dids[f"{name}1"])
            for name, posts in (("one", yes), ("two", yes), ("maybe", yes), ("none", no))
        ),
    )
    on_x = [
        look("2025-03-05", posts, target=str(1000 + list(dids).index(f"{name}2")))
        for name, posts in (("one", no), ("two", yes), ("none", no))
    ]
    with open_state(home) as state:
        run = plan_run(state, platform="x", source="activity", targets=[Target(key=each.target) for each in on_x]).run
        write_batch(home, run=run, platform="x", outcomes=on_x)
        end_run(state, run, "complete")
    load(home, bundled)

    assert query(
        home, "SELECT figure_id, is_multihomed, active_platforms FROM multihomed_on(DATE '2025-03-03', 28) ORDER BY 1"
    ) == [
        ("maybe", None, 1),
        ("none", False, 0),
        ("one", False, 1),
        ("two", True, 2),
    ]


@pytest.mark.proof
def test_a_suppressed_account_leaves_no_day_and_no_look(tmp_path: Path, bundled: Path) -> None:
    home = tmp_path / "home"
    spool_looks(
        home, look("2025-03-01T12:00", {"2025-02-01": 3}), look("2025-03-01T12:00", {"2025-02-02": 1}, target=BOB)
    )
    load(home, bundled)
    suppress(home, platform="bluesky", account=f"id:{ADA}", reason="asked", views=VIEWS, bundled=bundled)

    assert not [file for file in home.rglob("*") if file.suffix == ".parquet" and ADA.encode() in file.read_bytes()]

    spool_looks(home, look("2025-03-02T12:00", {"2025-02-03": 3}))
    load(home, bundled)

    assert days_of(home) == [("2025-02-02", 1, 1)]
    assert query(home, "SELECT count(*) FROM activity_looks") == [(1,)]


@pytest.mark.proof
def test_an_announcement_is_no_departure(tmp_path: Path) -> None:
    """It stands beside the other ends, with its words, and ends no stay."""
    said = statement(
        "ada", "announced", "2025-01-20", platform="bluesky", not_after="2025-01-20", wording="I am leaving"
    )
    claims = (claim("ada", None, ADA),)
    bundled = bundle(tmp_path / "bundled", roster("people", [member("ada")], accounts=claims, statements=(said,)))
    home = tmp_path / "home"
    crawl(home, seen(ADA, 0), state="complete")
    spool_looks(home, look("2025-12-01", {"2025-11-30": 1}))
    load(home, bundled)

    assert query(
        home,
        "SELECT announced_before::DATE::VARCHAR, announced_in_words, quiet_on, left_before, gone_before, last_posted_on::VARCHAR FROM activity",
    ) == [("2025-01-20", "I am leaving", None, None, None, "2025-11-30")]
    assert query(home, "SELECT count(*) FROM stays WHERE ended_before IS NOT NULL") == [(0,)]
    assert query(home, "SELECT count(*) FROM bounds WHERE event = 'announced'") == [(1,)]


@pytest.mark.proof
@pytest.mark.parametrize("is_short_look_first", [True, False])
def test_a_look_at_less_than_a_day_hides_no_longer_span(
    tmp_path: Path, bundled: Path, *, is_short_look_first: bool
) -> None:
    """A look lists two hours of 5 June. In November the profile shows that day as that of the last post."""
    home = tmp_path / "home"
    for is_short_look in (is_short_look_first, not is_short_look_first):
        if is_short_look:
            two_hours = [("2025-06-05T10:00", "2025-06-05T12:00")]
            spool_looks(home, look("2025-06-05T12:00", {"2025-06-05": 1}, covers=two_hours))
        else:
            crawl(home, seen(ADA, 60 * 24 * 153, last_post_at=at("2025-06-05T11:00")), state="complete")
        load(home, bundled)

    assert query(home, "SELECT last_posted_on::VARCHAR, is_quiet, quiet_on::VARCHAR FROM quiets(91)") == [
        ("2025-06-05", True, "2025-09-04")
    ]
