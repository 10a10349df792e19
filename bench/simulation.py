"""A made-up world of accounts, as spooled batches: one crawl a day, words that seldom change, counts that often do."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kooch.connections import connect
from kooch.rosters import AccountClaim, Member, Roster, write_roster
from kooch.store.spool import SCHEMA, spool_folder
from kooch.store.state import open_state, transaction

FIRST_DAY = datetime(2024, 1, 1, 3, tzinfo=UTC)

# 45 % of counts and 2 % of words change from one day to the next, 1 % of targets fail, 0.2 % of accounts rest.
_WORLD = """
CREATE TABLE accounts AS
SELECT
    i AS account,
    'did:plc:' || translate(substr(md5('account' || i), 1, 24), '0189', 'ghij') AS native_id,
    'figure' || i || '.example.org' AS handle,
    exp(4 + 9 * (hash(i, 'size') % 10000) / 10000)::BIGINT AS size
FROM range($accounts) AS r(i);

CREATE TABLE days AS
SELECT
    a.account,
    d.day,
    (
        sum(CASE WHEN hash(a.account, d.day, 'count') % 100 < 45 THEN 1 + hash(a.account, d.day, 'step') % 9 ELSE 0 END)
            OVER steps
    )::INTEGER AS steps,
    (sum((hash(a.account, d.day, 'words') % 100 < 2)::INTEGER) OVER steps)::INTEGER AS edition
FROM accounts AS a
CROSS JOIN range($days) AS d(day)
WINDOW steps AS (PARTITION BY a.account ORDER BY d.day);

CREATE TABLE words AS
SELECT
    account,
    edition,
    array_to_string([
        substr(md5(((hash(account, edition, n) % 4000)::VARCHAR)), 1, (3 + hash(account, edition, n, 'length') % 7)::INTEGER)
        FOR n IN range(42)
    ], ' ') AS bio
FROM (SELECT DISTINCT account, edition FROM days)
"""

_DAY = """
SELECT
    $run AS run,
    'bluesky' AS platform,
    a.native_id AS target,
    CASE WHEN failed THEN 'failed' ELSE 'observed' END AS outcome,
    $started_at::TIMESTAMPTZ
    + to_microseconds((100000 * (a.account // 25) + hash(a.account // 25, d.day) % 90000)::BIGINT) AS valid_at,
    $started_at::TIMESTAMPTZ
    + to_microseconds((100000 * (a.account // 25) + 100000 + hash(a.account // 25, d.day, 'kept') % 9000)::BIGINT)
        AS recorded_at,
    CASE WHEN NOT failed THEN a.native_id END AS native_id,
    NULL AS server,
    CASE WHEN failed THEN NULL WHEN hash(a.account, 'rest') % 500 = 0 THEN 'deactivated' ELSE 'active' END AS status,
    CASE WHEN NOT failed THEN a.size + d.steps * greatest(1, a.size // 10000) END AS followers,
    CASE WHEN NOT failed THEN 20 + a.size % 900 + d.steps // 16 END AS following,
    CASE WHEN NOT failed THEN 50 + a.size % 9000 + d.steps END AS posts,
    NULL AS followers_precision,
    NULL AS last_post_at,
    CASE WHEN NOT failed THEN {
        'handle': a.handle,
        'display_name': 'Figure ' || a.account,
        'bio': w.bio,
        'links': []::VARCHAR[],
        'verified': NULL,
        'avatar_url': 'https://cdn.example.org/' || a.native_id || '/' || (d.edition // 4)
    } END AS profile,
    CASE
        WHEN failed THEN NULL
        WHEN d.day = 0 THEN [{'handle': a.handle, 'valid_from': opened_at, 'valid_to': NULL}]
        ELSE []
    END AS handles,
    CASE
        WHEN failed THEN NULL
        WHEN d.day = 0 THEN [{
            'event': 'joined', 'not_before': opened_at, 'before': opened_at + INTERVAL 1 SECOND, 'kind': 'plc'
        }]
        ELSE []
    END AS bounds,
    CASE WHEN NOT failed THEN [] END AS drift,
    CASE WHEN failed THEN 'timeout' END AS cause,
    CASE WHEN failed THEN 'no answer within 20 s' END AS detail,
    NULL AS http_status,
    CASE WHEN failed THEN 3 END AS attempts
FROM (
    SELECT
        account,
        day,
        steps,
        edition,
        hash(account, day, 'failure') % 100 = 0 AS failed,
        TIMESTAMPTZ '2023-02-01' + to_seconds((hash(account, 'opened') % 28000000)::BIGINT) AS opened_at
    FROM days
) AS d
INNER JOIN accounts AS a ON a.account = d.account
INNER JOIN words AS w ON w.account = d.account AND w.edition = d.edition
WHERE d.day = $day
ORDER BY a.account
"""


@dataclass(frozen=True, slots=True)
class World:
    """`accounts` accounts over some days; the same on every machine."""

    accounts: int
    connection: duckdb.DuckDBPyConnection

    def spool(self, home: Path, *, days: range, files_a_day: int) -> list[Path]:
        """Write one complete run for each of `days`; returns the batches."""
        files: list[Path] = []
        for day in days:
            files += self._spool_day(home, day, files_a_day)
        return files

    def _spool_day(self, home: Path, day: int, files_a_day: int) -> Iterator[Path]:
        run = uuid.uuid5(uuid.NAMESPACE_OID, f"{self.accounts} {day}").hex
        started_at = FIRST_DAY + timedelta(days=day)
        found = self.connection.sql(_DAY, params={"run": run, "day": day, "started_at": started_at})
        table = found.to_arrow_table()
        # Columns that only other crawls fill are NULL here.
        for field in SCHEMA:
            if field.name not in table.column_names:
                table = table.append_column(field, pa.nulls(len(table), field.type))
        table = table.select(SCHEMA.names).cast(SCHEMA)
        _note_run(home, run, started_at, table["target"].to_pylist())
        folder = spool_folder(home) / run
        folder.mkdir(parents=True)
        rows = -(-len(table) // files_a_day)
        for n, start in enumerate(range(0, len(table), rows)):
            file = folder / f"{uuid.uuid5(uuid.NAMESPACE_OID, f'{run} {n}').hex}.parquet"
            pq.write_table(table.slice(start, rows), file, compression="zstd")
            yield file


@contextmanager
def make_world(*, accounts: int, days: int) -> Iterator[World]:
    with connect() as connection:
        for statement in _WORLD.split(";\n"):
            wanted = {"accounts": accounts, "days": days}
            connection.execute(statement, {name: n for name, n in wanted.items() if f"${name}" in statement})
        yield World(accounts, connection)


def write_world_roster(world: World, into: Path) -> None:
    """A census of everybody in `world`, with their accounts."""
    known = world.connection.execute("SELECT account, native_id, handle FROM accounts ORDER BY account").fetchall()
    write_roster(
        Roster(
            slug="world",
            title="A made-up census",
            description="Everybody in the benchmark",
            source="The benchmark",
            licence="CC0-1.0",
            as_of=date(2026, 1, 1),
            complete_from=date(2023, 1, 1),
            time_zone="Asia/Kolkata",
            selection="census",
            members=tuple(
                Member(figure_id=f"figure-{n}", name=f"Figure {n}", kind="person", role="Member", source="bench")
                for n, _, _ in known
            ),
            accounts=tuple(
                AccountClaim(
                    figure_id=f"figure-{n}",
                    platform="bluesky",
                    polarity="accepts",
                    source="bench",
                    handle=handle,
                    native_id=native_id,
                )
                for n, native_id, handle in known
            ),
        ),
        into,
    )


def _note_run(home: Path, run: str, started_at: datetime, targets: list[str]) -> None:
    with open_state(home) as state, transaction(state):
        state.execute(
            "INSERT INTO runs (run, platform, source, roster, started_at, ended_at, state, requests, version)"
            " VALUES (?, 'bluesky', 'live', NULL, ?, ?, 'partial', ?, 'bench')",
            (run, started_at.isoformat(), (started_at + timedelta(minutes=5)).isoformat(), len(targets) // 25),
        )
        state.executemany("INSERT INTO targets (run, target) VALUES (?, ?)", [(run, target) for target in targets])
