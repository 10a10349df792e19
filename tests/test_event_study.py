"""What an event did: a series with memory and no event is rarely called changed, a planted jump is found, the press is refused."""

import math
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from analytics.event_study import study
from analytics.measures.event_effect import event_effect
from analytics.measures.event_posts import event_posts
from analytics.queries import query
from kooch.config import VIEWS
from kooch.store.outcomes import CrawledBound
from kooch.store.schema import migrate
from kooch.store.versions import open_version, reading_file
from kooch.store.views import build_views
from tests.stores import bundle, claim, crawl, load, member, roster, seen
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words
from tests.test_measured import is_shown, shown_on, value_of

EVENT = ROOT / "pages" / "event.py"
WEEKS = 260


def series(seed: int, *, jump: float = 1.0, event: int = 0) -> list[int]:
    """Days with something, over five years, at a rate that remembers: its logarithm is nine tenths of last week's and chance."""
    chance = random.Random(seed)
    level, days = 0.0, []
    for week in range(WEEKS):
        level = 0.9 * level + chance.gauss(0, 0.3)
        rate = 4 * math.exp(level) * (jump if event <= 7 * week < event + 56 else 1)
        at = chance.expovariate(rate)
        while at < 1:
            days.append(7 * week + int(at * 7))
            at += chance.expovariate(rate)
    return days


@pytest.mark.proof
def test_null_series_with_memory_reject_at_most_6_of_100_and_a_jump_is_found() -> None:
    rejected = found = 0
    runs = 1000
    for seed in range(runs):
        event = random.Random(-1 - seed).randrange(8 * 7, (WEEKS - 8) * 7)
        told = study(series(seed), event, first=0, last=7 * WEEKS - 1)
        rejected += told is not None and told.p is not None and told.p <= 0.05
    for seed in range(100):
        event = 7 * (60 + seed)
        told = study(series(seed, jump=8, event=event), event, first=0, last=7 * WEEKS - 1)
        found += told is not None and told.p is not None and told.p <= 0.05
    print(f"rejected {rejected} of {runs} null series; found {found} of 100 jumps")

    assert rejected <= 0.06 * runs
    assert found >= 80


def test_a_rank_needs_nineteen_other_dates_and_whole_windows() -> None:
    days = list(range(700))
    told = study(days, 350, first=0, last=699)

    assert told is not None
    assert (told.event.before, told.event.after, told.p) == (56, 56, 1.0)
    assert min(abs(placebo.day - 350) for placebo in told.placebos) >= 112
    assert study(days, 55, first=0, last=699) is None
    assert study(days, 645, first=0, last=699) is None

    few = study(days, 150, first=0, last=330)

    assert few is not None
    assert (len(few.placebos), few.p) == (2, None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person a week joins over two years, and thirty in the weeks after 1 May 2024."""
    home = tmp_path_factory.mktemp("event")
    joined = [date(2023, 5, 1) + timedelta(days=7 * n) for n in range(108)]
    joined += [date(2024, 5, 1) + timedelta(days=n) for n in range(30)]
    dids = [f"did:web:one{n}.test" for n in range(len(joined))]
    names = [f"one{n}" for n in range(len(joined))]
    people = roster(
        "people",
        map(member, names),
        accounts=tuple(map(lambda name, did: claim(name, None, did), names, dids)),
        vouches=False,
    )
    bundled = bundle(home / "bundled", people)
    bounds = []
    for on in joined:
        at = datetime.combine(on, datetime.min.time(), UTC)
        bounds.append(CrawledBound(event="joined", not_before=at, before=at + timedelta(seconds=1), kind="plc"))
    crawl(home, *(seen(did, 0, bounds=(bound,)) for did, bound in zip(dids, bounds, strict=True)), state="complete")
    load(home, bundled)
    return home


@pytest.mark.proof
def test_a_planted_jump_is_told_with_its_counts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(run(EVENT, home, monkeypatch, roster="people", day="2024-05-01"))

    assert "In the eight weeks from 1 May 2024 on 38 joined, in the eight weeks before 8." in said
    assert "is rare (p = 0.0" in said
    assert "This does not say what caused it." in said

    said = words(run(EVENT, home, monkeypatch, roster="people", day="2024-11-01"))

    assert "is not rare" in said

    said = words(run(EVENT, home, monkeypatch, roster="people", day="2023-05-20"))

    assert "Choose another event or day." in said


def test_dates_of_the_press_are_refused_and_of_the_platform_are_not(bundled_home: Path) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        koo = event_effect(connection, roster="in-koo-2021", platform="koo", day=date(2021, 2, 10))
        germany = event_effect(connection, roster="de-fediverse", platform="mastodon", day=date(2022, 10, 27))
        congress = event_effect(connection, roster="us-congress", platform="x", day=date(2022, 10, 27))

    assert koo.refusal is not None
    assert koo.refusal.startswith("The joins on this list are dated by the press")
    assert congress.refusal is not None
    assert germany.refusal is None
    assert germany.changes.filter("is_event").select("before", "after").row(0) == (4, 118)


@pytest.fixture(scope="module")
def posting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten post on Mondays over two years, and on Tuesdays and Thursdays too in the eight weeks from 6 May 2024 on; an eleventh was looked at late.

    Two of the accounts are also those of others, from 9 January 2023 on.
    """
    home = tmp_path_factory.mktemp("posting")
    names = [f"one{n}" for n in range(11)]
    people = roster(
        "people",
        map(member, [*names, "two0", "two1"]),
        accounts=(
            *(claim(name, None, f"did:web:{name}.test") for name in names),
            *(claim(f"two{n}", None, f"did:web:one{n}.test", from_day=date(2023, 1, 9)) for n in range(2)),
        ),
        vouches=False,
    )
    mondays = [date(2023, 1, 2) + timedelta(days=7 * week) for week in range(104)]
    more = [date(2024, 5, 6) + timedelta(days=7 * week + day) for week in range(8) for day in (1, 3)]
    for name in names:
        since = "2024-06-01" if name == "one10" else "2023-01-02"
        days = {str(day): 1 for day in sorted([*mondays, *more]) if str(day) >= since}
        spool_looks(home, look("2024-12-31T12:00", days, [(since, "2024-12-31T12:00")], target=f"did:web:{name}.test"))
    load(home, bundle(home / "bundled", people))
    return home


@pytest.mark.proof
def test_posts_and_active_accounts_around_an_event_are_those_of_the_same_accounts(posting: Path) -> None:
    with open_version(reading_file(posting)) as connection:
        found = event_posts(connection, roster="people", platform="bluesky", day=date(2024, 5, 6))
        quiet = event_posts(connection, roster="people", platform="bluesky", day=date(2023, 9, 4))
        early = event_posts(connection, roster="people", platform="bluesky", day=date(2023, 2, 6))
    said = "".join(map(str, found.verdict))

    # Ten accounts, eight weeks: one post a week before, three from the day on; each active in every week.
    assert (
        "the same 10 accounts posted 240 times, 30.0 a week; in the eight weeks before 80 times, 10.0 a week." in said
    )
    assert "Active in a week were 10.0 of them after and 10.0 before." in said
    assert "so large a change of posting is rare (p = 0.0" in said
    assert "so large a change of the number of active accounts is not rare (p = 1.000)" in said
    assert found.posts.filter("is_event").select("before", "after").row(0) == (80, 240)
    assert found.active.filter("is_event").select("before", "after").row(0) == (80, 80)
    assert "of posting is not rare (p = 1.000)" in "".join(map(str, quiet.verdict))
    assert early.refusal is not None
    assert "kooch backfill activity" in early.refusal


def test_the_page_shows_posting_where_nothing_is_known_of_joining(
    posting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(EVENT, posting, monkeypatch, roster="people", day="2024-05-06")
    shown = list(shown_on(app))
    with open_version(reading_file(posting)) as connection:
        wrong = [(text, measure) for text, measure in shown if not is_shown(value_of(connection, measure), text)]

    assert wrong == []
    assert {measure.partition("?")[0] for _, measure in shown} >= {"posts_around.posts_after", "posts_around.accounts"}
    assert "nobody can say what the event did" in words(app)
    assert "What did the event do to the number of active accounts?" in words(app)


# On two platforms, in no order of their numbers; more accounts than one string of bits holds.
CROWD = """
INSERT INTO accounts BY NAME
SELECT i::INTEGER AS account_id, CASE hash(i) % 2 WHEN 0 THEN 'bluesky' ELSE 'mastodon' END AS platform, 'did:' || i AS native_id FROM range(12000) AS t(i);
INSERT INTO figures BY NAME
SELECT 'f' || i AS figure_id, 'f' AS name, 'person' AS kind, []::VARCHAR[] AS aliases FROM range(12000) AS t(i);
INSERT INTO memberships BY NAME
SELECT 'people' AS roster, 'f' || i AS figure_id, 'MP' AS role, 'test' AS source FROM range(12000) AS t(i) WHERE hash(i, 1) % 5 > 0;
INSERT INTO sources BY NAME
SELECT 1 AS source_id, 'test' AS citation, 'test' AS publisher, 'UTC' AS time_zone;
INSERT INTO claims BY NAME
SELECT
    i::INTEGER AS claim_id, 'f' || i AS figure_id, i::INTEGER AS account_id, 'accepts' AS polarity, 'curated' AS tier,
    'roster' AS kind, 1 AS source_id, now() AS recorded_at
FROM range(12000) AS t(i);
INSERT INTO activity_looks
SELECT
    i, 1, TIMESTAMPTZ '2025-01-01 00:00:00+00', TIMESTAMPTZ '2023-01-01 00:00:00+00' + to_days((hash(i, 2) % 300)::INTEGER),
    NULL, 'posts', true, 1, 1, 0, 1
FROM range(12000) AS t(i);
INSERT INTO activity_days
SELECT i, DATE '2022-12-01' + d::INTEGER, 0, 0, 0, CASE hash(i, d, 4) % 9 WHEN 0 THEN 0 WHEN 1 THEN 300000 ELSE hash(i, d, 5) % 40 END
FROM range(12000) AS t(i), range(800) AS u(d)
WHERE hash(i, d, 3) % 40 = 0;
"""
COUNTED = """
SELECT floor((day - $day::DATE) / 7)::INTEGER AS week, sum(posts_most)::BIGINT, count(DISTINCT account_id)
FROM activity_days
WHERE
    posts_most > 0 AND day BETWEEN $first AND $last
    AND account_id IN (
        SELECT account_id FROM panel_around($roster, $platform, $day::DATE, $window::INTEGER)
        WHERE first_day <= $first AND until_day > $last
    )
GROUP BY week
ORDER BY week
"""


def test_weeks_of_a_panel_are_what_the_days_of_its_accounts_add_up_to(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        migrate(connection, tmp_path)
        connection.execute(CROWD)
        build_views(connection, VIEWS, only=("weeks_of_panel",))
        # The event is on each day of the week.
        for n in range(7):
            asked = {
                "roster": "people",
                "platform": ("bluesky", "mastodon")[n % 2],
                "day": date(2024, 3, 4 + n),
                "window": 56,
                "first": date(2023, 3 + n, 10),
                "last": date(2024, 12, 1 + n),
            }
            expected = connection.execute(COUNTED, asked).fetchall()

            assert len(expected) > 50
            assert connection.execute(query("weeks_of_panel"), asked).fetchall() == expected
