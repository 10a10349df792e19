"""What looks at posts cost: questions, pace, and room."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import duckdb
import pytest

from analytics.queries import query
from crawlers.activity import looking
from crawlers.activity.tally import midnight
from crawlers.atproto.tid import tid_of
from kooch.config import VIEWS, BlueskySettings, CrawlSettings, Settings
from kooch.store.outcomes import Before, Looked, Outcome, Target
from kooch.store.schema import migrate
from kooch.store.views import build_views
from tests.faults import Asked, Reply, Server

pytestmark = pytest.mark.proof

OPENED = midnight(datetime.now(UTC)) - timedelta(days=400)
ACCOUNTS, POSTS = 537, 250
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


def test_five_years_of_twenty_thousand_accounts_take_sixty_megabytes(tmp_path: Path) -> None:
    """And no page waits for them: each of its questions takes 50 ms."""
    file = tmp_path / "large.duckdb"
    with duckdb.connect(str(file), config={"storage_compatibility_version": "v1.0.0"}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        migrate(connection, file)
        connection.execute("CHECKPOINT")
        empty = file.stat().st_size
        connection.execute(LARGE)
        connection.execute("CHECKPOINT")
        taken = file.stat().st_size - empty
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM activity_days), (SELECT count(*) FROM activity_looks)"
        ).fetchall()
        connection.execute(PEOPLE)
        build_views(connection, VIEWS)
        milliseconds = {
            name: min(_milliseconds(connection, question) for _ in range(5)) for name, question in QUESTIONS.items()
        }
        milliseconds |= {
            name: min(_milliseconds(connection, query(name), about) for _ in range(5)) for name, about in ABOUT.items()
        }

    assert counts[0][0] > 7_000_000
    assert counts[0][1] == 5_200_000
    assert taken <= 60_000_000, taken
    assert max(milliseconds.values()) <= 50, milliseconds


def _milliseconds(
    connection: duckdb.DuckDBPyConnection, question: str, asked: Mapping[str, object] | None = None
) -> float:
    """By the processor's time, of all threads: a busy machine adds little to it."""
    started_at = process_time()
    found = connection.execute(question, asked).fetchall()

    assert found
    return (process_time() - started_at) * 1000
