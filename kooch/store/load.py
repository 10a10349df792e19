"""The loader: rosters and spooled batches into the private master, in one transaction; then a new published version.

One loader at a time, under a lock. Loading the same batch twice changes nothing; killed anywhere, the next load
finishes the work.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kooch import __version__, rosters
from kooch.errors import StorageError
from kooch.store import spool
from kooch.store.batches import store_batches
from kooch.store.checks import refuse_faults
from kooch.store.identity import assign_ids
from kooch.store.listed import Decision, Listed, store_listed
from kooch.store.locks import only_one
from kooch.store.publish import publish
from kooch.store.schema import migrate, quoted
from kooch.store.state import note_rosters, open_state, planned_counts, reopen_runs, runs
from kooch.store.views import build_views
from kooch.times import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one load did. `broken` are spool files that could not be read; they stay where they were, as `*.broken`."""

    version: int
    batches: int
    broken: tuple[Path, ...]


def load(home: Path, *, views: Path, bundled: Path, wait: bool = True) -> Loaded:
    """Load what waits in the spool and what rosters say; publish a new version. Returns what was done.

    `views` is the folder of SELECTs to build, `bundled` holds the rosters that come with Kooch; the user's own are in
    `home/rosters`. Raises StorageError, RosterError, or RunningError when another loader works and `wait` is False.
    """
    with only_one(home, "load", wait=wait):
        # Before the spool is listed: of a run that has ended by now, every batch is there.
        known_runs = _known_runs(home)
        listed = read_listed(home, bundled)
        digest = _digest(listed, bundled, home / "rosters")
        batches, broken = _readable(spool.waiting_batches(home))
        with open_master(home) as connection, transaction(connection):
            version = 1 + int(single(connection, "SELECT version FROM versions"))
            _remember_ids(connection, home)
            fresh = _not_loaded(connection, batches)
            merged = bool(fresh) and store_batches(connection, fresh, listed.suppressed)
            if merged or single(connection, "SELECT rosters_digest FROM versions") != digest:
                store_listed(connection, listed)
            _store_bounds_of_accounts(connection)
            reopened = _store_runs(connection, known_runs)
            _store_urls(connection, listed)
            build_views(connection, views)
            refuse_faults(connection)
            connection.execute(
                "UPDATE versions SET version = ?, published_at = ?, kooch = ?, rosters_digest = ?",
                [version, now(), __version__, digest],
            )
            _keep_ids(connection, home, version)
        if reopened:
            with open_state(home) as state:
                reopen_runs(state, reopened)
        _archive(home, batches)
        publish(home, master_file(home), version)
        return Loaded(version=version, batches=len(fresh), broken=broken)


def read_listed(home: Path, bundled: Path) -> Listed:
    """Rosters, events and platforms that come with Kooch and the user's own, with the reviewers' decisions."""
    lists = rosters.read_rosters(bundled, home / "rosters")
    with open_state(home) as state:
        note_rosters(state, [roster.slug for roster in lists])
        return Listed(
            rosters=lists,
            events=rosters.read_events(bundled / "events.yaml"),
            platforms=rosters.read_platforms(bundled / "platforms.yaml"),
            decisions=[
                Decision(
                    figure_id=row["figure_id"],
                    platform=row["platform"],
                    account=row["account"],
                    is_accepted=row["verdict"] == "accepted",
                )
                for row in state.execute("SELECT * FROM decisions ORDER BY decided_at")
            ],
            suppressed=frozenset(
                (row["platform"], row["account"]) for row in state.execute("SELECT platform, account FROM suppressions")
            ),
            loaded_at={
                row["roster"]: datetime.fromisoformat(row["loaded_at"])
                for row in state.execute("SELECT * FROM rosters")
            },
        )


def master_file(home: Path) -> Path:
    return home / "master.duckdb"


@contextmanager
def open_master(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private master, migrated. It is checkpointed and closed on leaving, so that the file alone is whole.

    Raises StorageError for a file that is damaged, of a newer Kooch, or on a full disk.
    """
    file = master_file(home)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(file))
        try:
            connection.execute("SET TimeZone = 'UTC'")
            with transaction(connection):
                migrate(connection, file)
            yield connection
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
    except (duckdb.Error, OSError) as error:
        raise StorageError(
            f"Master {file}: {str(error).splitlines()[0]} Free space if the disk is full. If the file is damaged, move"
            " it away and run `kooch load`: archive, rosters and state restore it."
        ) from error


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All statements inside, or none."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        # After a fatal error the connection refuses even this; closing it discards the transaction.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def single(connection: duckdb.DuckDBPyConnection, query: str) -> Any:  # noqa: ANN401 -- a value of any SQL type
    """The one value of a query that has one row."""
    row = connection.execute(query).fetchone()
    if row is None:
        raise StorageError(
            f"The master answers nothing to {query!r}: it is damaged. Move it away and run `kooch load`."
        )
    return row[0]


def _digest(listed: Listed, *folders: Path) -> str:
    """A fingerprint of everything listed: while it stays the same, the listed tables stay too."""
    digest = hashlib.sha256(__version__.encode())
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.suffix in {".csv", ".yaml"}):
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    digest.update(repr((listed.decisions, sorted(listed.suppressed))).encode())
    return digest.hexdigest()


def _readable(files: Sequence[Path]) -> tuple[list[Path], tuple[Path, ...]]:
    """Files with a whole footer and the spool's columns. The others are kept under another name, not deleted."""
    readable, broken = [], []
    for file in files:
        try:
            is_whole = pq.read_schema(file).equals(spool.SCHEMA)
        except (pa.ArrowException, OSError):
            is_whole = False
        if is_whole:
            readable.append(file)
        else:
            broken.append(file.rename(file.with_suffix(".broken")))
    return readable, tuple(broken)


def _not_loaded(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> list[Path]:
    loaded = {row[0] for row in connection.execute("SELECT batch_id FROM batches").fetchall()}
    return [file for file in files if file.stem not in loaded]


def _store_bounds_of_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    """Bounds that crawls gave of an account become bounds of the figures it is accepted for."""
    connection.execute("DELETE FROM bounds WHERE run_id IS NOT NULL")
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE crawled AS
        SELECT
            c.figure_id,
            a.platform,
            b.*,
            concat_ws(' ', c.figure_id, b.account_id, b.event, b.kind, b.not_before, b.before) AS key
        FROM account_bounds AS b
        INNER JOIN (SELECT DISTINCT figure_id, account_id FROM claims) AS c ON c.account_id = b.account_id
        INNER JOIN accounts AS a ON a.account_id = b.account_id
        """
    )
    assign_ids(connection, "bound", "SELECT key FROM crawled")
    connection.execute(
        """
        INSERT INTO bounds BY NAME
        SELECT i.id AS bound_id, c.* EXCLUDE (key)
        FROM crawled AS c
        INNER JOIN ids AS i ON i.kind = 'bound' AND i.key = c.key
        """
    )


def _known_runs(home: Path) -> list[dict[str, object]]:
    with open_state(home) as state:
        planned = planned_counts(state)
        return [
            {
                "key": run.run,
                "platform": run.platform,
                "source": run.source,
                "roster": run.roster,
                "started_at": run.started_at,
                "ended_at": run.ended_at,
                "state": run.state,
                "planned": planned.get(run.run, 0),
                "requests": run.requests,
                "bytes": run.bytes,
                "cost_usd": run.cost_usd,
                "version": run.version,
            }
            for run in runs(state)
        ]


def _store_runs(connection: duckdb.DuckDBPyConnection, known: list[dict[str, object]]) -> list[str]:
    """Store the runs with their counts.

    Returns the keys of those that have ended and yet lack outcomes, because a batch was broken or lost. They are
    stored as running, for the next crawl to continue them.
    """
    connection.execute("DELETE FROM runs")
    if not known:
        return []
    connection.register("known_runs", pa.Table.from_pylist(known))
    assign_ids(connection, "run", "SELECT key FROM known_runs")
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE counted_runs AS
        SELECT
            i.id AS run_id,
            k.*,
            coalesce(o.observed, 0) AS observed,
            coalesce(o.failed, 0) AS failed,
            coalesce(o.skipped, 0) AS skipped,
            k.state <> 'running' AND k.planned > coalesce(o.observed + o.failed + o.skipped, 0) AS lacks_outcomes
        FROM known_runs AS k
        INNER JOIN ids AS i ON i.kind = 'run' AND i.key = k.key
        LEFT JOIN (
            SELECT
                run_id,
                count(*) FILTER (WHERE outcome = 'observed') AS observed,
                count(*) FILTER (WHERE outcome = 'failed') AS failed,
                count(*) FILTER (WHERE outcome = 'skipped') AS skipped
            FROM outcomes
            GROUP BY run_id
        ) AS o ON o.run_id = i.id;

        UPDATE counted_runs SET state = 'running', ended_at = NULL WHERE lacks_outcomes;

        INSERT INTO runs BY NAME
        SELECT * EXCLUDE (key, lacks_outcomes) FROM counted_runs ORDER BY started_at, run_id
        """
    )
    connection.unregister("known_runs")
    return [row[0] for row in connection.execute("SELECT key FROM counted_runs WHERE lacks_outcomes").fetchall()]


def _store_urls(connection: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    """Addresses are made from the platform's pattern and the handle, never taken from a profile."""
    for platform in listed.platforms:
        connection.execute(
            """
            UPDATE accounts SET url = replace(replace(replace(replace(
                ?, '{handle}', h.handle), '{native_id}', coalesce(accounts.native_id, '')),
                '{user}', split_part(h.handle, '@', 1)), '{server}', split_part(h.handle, '@', 2))
            FROM (SELECT account_id, arg_max(handle, (kind <> 'roster', valid_from, handle)) AS handle
                  FROM handles WHERE valid_to IS NULL GROUP BY account_id) AS h
            WHERE h.account_id = accounts.account_id AND accounts.platform = ? AND accounts.url IS NULL
            """,
            [platform.account_url, platform.platform],
        )


def _remember_ids(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """A new master takes the numbers that earlier ones gave."""
    files = sorted((spool.archive_folder(home) / "ids").glob("*.parquet"))
    if files and not single(connection, "SELECT count(*) FROM ids"):
        names = ", ".join(quoted(str(file)) for file in files)
        connection.execute(f"INSERT INTO ids SELECT kind, key, id FROM read_parquet([{names}])")


def _keep_ids(connection: duckdb.DuckDBPyConnection, home: Path, version: int) -> None:
    """Put the numbers given by this load into the archive before they are committed.

    A load that is undone leaves a file that the next one, of the same version, replaces.
    """
    folder = spool.archive_folder(home) / "ids"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{version:08}.parquet"
    partial = file.with_suffix(".partial")
    kept = [quoted(str(path)) for path in sorted(folder.glob("*.parquet")) if path != file]
    known = f"SELECT kind, key FROM read_parquet([{', '.join(kept)}])" if kept else "SELECT '' AS kind, '' AS key"
    connection.execute(
        f"COPY (SELECT i.kind, i.key, i.id FROM ids AS i ANTI JOIN ({known}) AS k ON k.kind = i.kind AND k.key = i.key)"
        f" TO {quoted(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
    )
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.rename(file)
    spool.sync_folder(folder)


def _archive(home: Path, files: Sequence[Path]) -> None:
    for file in files:
        folder = spool.archive_folder(home) / file.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        file.rename(folder / file.name)
