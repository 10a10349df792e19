"""What looks at posts cost: questions, pace, and room."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import duckdb
import pytest

from analytics.queries import query
from crawlers.activity import looking
from crawlers.activity.tally import midnight
from crawlers.atproto.tid import tid_of
from kooch.config import VIEWS, BlueskySettings, CrawlSettings, Settings
from kooch.connections import connect
from kooch.store.outcomes import Before, Looked, Outcome, Target
from kooch.store.publish import publish
from kooch.store.schema import migrate
from kooch.store.stays import store_stays
from kooch.store.versions import open_version, reading_file
from kooch.store.views import build_views
from pages.shared import store
from tests.faults import Asked, Reply, Server
from tests.test_app import ROOT, run

pytestmark = pytest.mark.proof

OPENED = midnight(datetime.now(UTC)) - timedelta(days=400)
ACCOUNTS, POSTS = 537, 250
ON_A_SLOW_MACHINE = 100
"""Milliseconds of a query. On two idle cores of the machine of the benchmarks it takes 50; others take up to twice as long."""
DATES = {tid_of(at): at.isoformat() for at in (OPENED + timedelta(hours=36 * n + 1) for n in range(POSTS))}
"""When the posts of each account were written, by their keys."""
LARGE = """
INSERT INTO activity_days
SELECT
    a.i,
    DATE '2021-11-01' + d.d::INTEGER,
    1 + (hash(a.i, d.d, 1) % 6)::INTEGER AS posts,
    (hash(a.i, d.d, 2) % 5)::INTEGER AS replies,
    (hash(a.i, d.d, 4) % 3)::INTEGER,
    posts + replies
FROM range(20000) AS a(i), range(1826) AS d(d)
-- Each is silent for one of eight quarters.
WHERE hash(a.i, d.d, 3) % 1000 < 234 AND (d.d // 91) % 8 <> a.i % 8
ORDER BY ALL;
INSERT INTO activity_looks
SELECT
    a.i,
    w.w::INTEGER,
    TIMESTAMPTZ '2021-11-01 04:00:00+00' + to_days((w.w * 7)::INTEGER)
    + to_microseconds((a.i * 61000 + hash(a.i, w.w) % 60000)::BIGINT) AS looked_at,
    CASE WHEN w.w % 13 = 0 THEN TIMESTAMPTZ '2019-01-01 00:00:00+00' ELSE date_trunc('day', looked_at) - INTERVAL 8 DAY END,
    NULL,
    'posts',
    true,
    (w.w * 10 + hash(a.i) % 100)::INTEGER,
    (hash(a.i, w.w, 5) % 6)::INTEGER,
    0,
    (hash(a.i) % 7)::INTEGER
FROM range(260) AS w(w), range(20000) AS a(i)
ORDER BY w.w, a.i;
"""
# Ten thousand people, each with an account on two platforms.
PEOPLE = """
INSERT INTO accounts BY NAME
SELECT i::INTEGER AS account_id, ['bluesky', 'mastodon'][1 + i % 2] AS platform, 'did:' || i AS native_id FROM range(20000) AS t(i);
INSERT INTO figures BY NAME
SELECT 'f' || i AS figure_id, 'f' AS name, 'person' AS kind, []::VARCHAR[] AS aliases FROM range(10000) AS t(i);
INSERT INTO sources BY NAME
SELECT 1 AS source_id, 'test' AS citation, 'test' AS publisher, 'UTC' AS time_zone;
INSERT INTO memberships BY NAME
SELECT 'people' AS roster, 'f' || i AS figure_id, 'MP' AS role, 'test' AS source FROM range(10000) AS t(i);
INSERT INTO claims BY NAME
SELECT
    i::INTEGER AS claim_id, 'f' || (i // 2) AS figure_id, i::INTEGER AS account_id, 'accepts' AS polarity, 'curated' AS tier,
    'roster' AS kind, 1 AS source_id, now() AS recorded_at
FROM range(20000) AS t(i);
INSERT INTO bounds BY NAME
SELECT
    i::INTEGER AS bound_id, 'f' || (i // 2) AS figure_id, ['bluesky', 'mastodon'][1 + i % 2] AS platform,
    i::INTEGER AS account_id, 'joined' AS event, TIMESTAMPTZ '2019-01-01 00:00:00+00' + to_days((hash(i) % 900)::INTEGER) AS not_before,
    not_before + INTERVAL 1 SECOND AS before, 'plc' AS kind, 1 AS run_id, now() AS known_at
FROM range(20000) AS t(i);
INSERT INTO platforms BY NAME SELECT unnest(['bluesky', 'mastodon']) AS platform, unnest(['Bluesky', 'Mastodon']) AS name;
INSERT INTO rosters BY NAME
SELECT
    'people' AS roster, 'People' AS title, 'People' AS description, 'test' AS source, 'CC0-1.0' AS licence,
    DATE '2026-11-01' AS as_of, 'UTC' AS time_zone, 'census' AS selection, 0 AS rejected_claims, now() AS loaded_at;
UPDATE versions SET version = 1, published_at = now(), kooch = 'test';
"""
ON_TWO = {"roster": "people", "here": "bluesky", "there": "mastodon"}
AROUND = {
    "roster": "people",
    "platform": "bluesky",
    "day": date(2023, 6, 5),
    "window": 56,
    "first": date(2021, 11, 1),
    "last": date(2026, 10, 18),
}
"""A day in the middle, and about all days of which something is known: so much a page asks for."""
ABOUT: dict[str, Mapping[str, object]] = {
    "weeks_on_two": ON_TWO,
    "panel": {name: AROUND[name] for name in ("roster", "platform", "day", "window")},
    "weeks_of_panel": AROUND,
    "posts_around": AROUND,
}
"""Questions of pages by their names in `analytics/queries`, with what they ask about."""
QUESTIONS = {
    "who is active": "SELECT is_active, count(*) FROM active28 WHERE from_day <= DATE '2026-01-01' AND until_day > DATE '2026-01-01' GROUP BY 1",
    "activity by day": "FROM active28_counts WHERE roster = 'people' AND day >= DATE '2021-11-01' ORDER BY day",
    "who fell silent": "SELECT count(*), count(dormant_on), count(quiet_on) FROM activity",
    "one account": "FROM activity_days WHERE account_id = 777",
}

CHOSEN = {
    "event": {"day": "2023-06-05"},
    "figure": {"figure": "f77"},
    "places": {"day": "2024-01-01", "against": "2022-06-01"},
    "stayed": {"other": "mastodon"},
}
"""What is chosen on a page besides a list and a platform."""
WHO_IS_WHERE = {"where_they_are", "where_they_differ", "platform_spread"}


def did(n: int) -> str:
    return f"did:web:figure{n}.test"


def answer(asked: Asked) -> Reply:
    """`listRecords` of a server with 250 posts in each of its repositories."""
    repo, cursor = asked.values("repo")[0], next(iter(asked.values("cursor")), None)
    keys = [key for key in sorted(DATES, reverse=True) if cursor is None or key < cursor][:100]
    records = [
        {
            "uri": f"at://{repo}/app.bsky.feed.post/{key}",
            "cid": "b",
            "value": {"text": "x" * 200, "createdAt": DATES[key]},
        }
        for key in keys
    ]
    body = json.dumps({"records": records} | ({"cursor": keys[-1]} if keys else {}))
    return Reply(200, body.encode(), {"Content-Type": "application/json"})


@pytest.mark.alone
def test_a_parliament_is_read_in_four_questions_each_at_the_full_pace(tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    networks: Any = ("127.0.0.0/8",)
    with Server(answer) as server:
        before = Before(opened_at=OPENED, posts=POSTS)
        targets = [Target(key=did(n), native_id=did(n), server=server.url, before=before) for n in range(ACCOUNTS)]
        crawled = looking.look(
            Settings(
                home=tmp_path,
                crawl=CrawlSettings(allow_networks=networks),
                bluesky=BlueskySettings(requests_per_second=10),
            ),
            platform="bluesky",
            roster=None,
            plan=lambda: targets,
            before=lambda planned: [replace(target, before=before) for target in planned],
            on_outcome=lambda _platform, outcome: outcomes.append(outcome),
        )
        times = sorted(asked.at for asked in server.asked)
    pace = (len(times) - 1) / (times[-1] - times[0])
    listed = {outcome.result.listed for outcome in outcomes if isinstance(outcome.result, Looked)}

    assert (crawled.observed, listed) == (ACCOUNTS, {POSTS})
    assert len(times) <= 2250
    assert 9.5 <= pace <= 10.1, pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """Five years of twenty thousand accounts as a published version, and what their posts take in it."""

    home: Path
    bytes_taken: int
    counts: tuple[int, int]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    home = tmp_path_factory.mktemp("large")
    file = home / "made.duckdb"
    with connect(file) as connection:
        migrate(connection, file)
        connection.execute("CHECKPOINT")
        empty = file.stat().st_size
        connection.execute(LARGE)
        connection.execute("CHECKPOINT")
        taken = file.stat().st_size - empty
        ((days, looks),) = connection.execute(
            "SELECT (SELECT count(*) FROM activity_days), (SELECT count(*) FROM activity_looks)"
        ).fetchall()
        connection.execute(PEOPLE)
        build_views(connection, VIEWS, only=("current_handles", "links"))
        store_stays(connection)
        build_views(connection, VIEWS)
    publish(home, file, 1)
    file.unlink()
    return Large(home=home, bytes_taken=taken, counts=(days, looks))


def test_five_years_of_twenty_thousand_accounts_take_sixty_megabytes(large: Large) -> None:
    """And nobody waits for their posts: each question takes 50 ms, and twice that on a slow machine."""
    with open_version(reading_file(large.home)) as connection:
        milliseconds = {question: _milliseconds(connection, question, None) for question in QUESTIONS.values()}
        milliseconds |= {name: _milliseconds(connection, query(name), about) for name, about in ABOUT.items()}

    assert large.counts[0] > 7_000_000
    assert large.counts[1] == 5_200_000
    assert large.bytes_taken <= 60_000_000, large.bytes_taken
    print(_slowest(milliseconds))
    assert max(milliseconds.values()) <= ON_A_SLOW_MACHINE, milliseconds


@pytest.fixture(scope="module")
def waited(large: Large) -> dict[str, float]:
    """How many milliseconds each query of a page takes, by its name or its beginning."""
    asked: dict[str, Any] = {}

    @contextmanager
    def open_recorded(file: Path) -> Iterator[Recorder]:
        with open_version(file) as connection:
            yield Recorder(connection, asked)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "open_version", open_recorded)
        for page in sorted((ROOT / "pages").glob("*.py")):
            run(page, large.home, patched, roster="people", platform="bluesky", **CHOSEN.get(page.stem, {}))
    names = {file.read_text(encoding="utf-8"): file.stem for file in (ROOT / "analytics" / "queries").glob("*.sql")}
    with open_version(reading_file(large.home)) as connection:
        return {
            names.get(question, question[:60]): _milliseconds(connection, question, about)
            for question, about in asked.items()
        }


class Recorder:
    """A connection that notes what it is asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, asked: dict[str, Any]) -> None:
        self._connection, self._asked = connection, asked

    def sql(self, question: str, params: object = None) -> duckdb.DuckDBPyRelation:
        self._asked[question] = params
        return self._connection.sql(question, params=params)

    def execute(self, question: str, params: object = None) -> duckdb.DuckDBPyConnection:
        self._asked[question] = params
        return self._connection.execute(question, params)


@pytest.mark.alone
def test_no_page_waits_for_a_list_of_ten_thousand(waited: dict[str, float]) -> None:
    """Each of its queries takes 50 ms, and twice that on a slow machine."""
    print(_slowest(waited))

    assert {"weeks_of_panel", "at_risk", "moves_of_list", "figure_stays", "silent_at_last_look"} <= waited.keys()
    too_long = {name: took for name, took in waited.items() if took > ON_A_SLOW_MACHINE}
    assert too_long.keys() <= WHO_IS_WHERE, too_long


@pytest.mark.alone
@pytest.mark.xfail(reason="the stays of ten thousand people are cut to days by the query: 120 to 260 ms of CPU")
def test_who_is_where_of_ten_thousand_takes_no_longer(waited: dict[str, float]) -> None:
    assert waited.keys() >= WHO_IS_WHERE
    assert max(waited[name] for name in WHO_IS_WHERE) <= 50


def _slowest(milliseconds: dict[str, float]) -> list[tuple[float, str]]:
    """What the figure of 50 ms is read from."""
    return sorted(((round(took, 1), name) for name, took in milliseconds.items()), reverse=True)[:12]


def _milliseconds(connection: duckdb.DuckDBPyConnection, question: str, asked: Any) -> float:  # noqa: ANN401 -- parameters
    """The best of five: by the processor's time of all threads, or by the clock where that is less."""
    best = float("inf")
    for _ in range(5):
        by_clock, by_processor = perf_counter(), process_time()
        connection.sql(question, params=asked).to_arrow_table()
        best = min(best, 1000 * (perf_counter() - by_clock), 1000 * (process_time() - by_processor))
    return best
