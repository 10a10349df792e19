"""The loader: rosters and spooled batches into the private master, in one transaction; then a new published version.

One loader at a time, under a lock. Loading the same batch twice changes nothing; killed anywhere, the next load
finishes the work.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kooch import __version__, rosters
from kooch.errors import StorageError
from kooch.files import make_folder, remove_unfinished, sync_folder, whole_file
from kooch.looks import read_looks
from kooch.platforms import known, learn
from kooch.store import manifest, spool
from kooch.store.backfills import walked_handles
from kooch.store.checks import refuse_faults
from kooch.store.columns import describe_shared_columns
from kooch.store.loading import Steps
from kooch.store.loading.batches import store_batches
from kooch.store.loading.departures import store_departures
from kooch.store.loading.rosters import Decision, Listed, drop_suppressed, store_listed
from kooch.store.locks import only_one
from kooch.store.outcomes import STATUSES
from kooch.store.publish import last_version, publish
from kooch.store.rows import as_table
from kooch.store.schema import LATEST, migrate, quoted
from kooch.store.state import (
    note_rosters,
    open_state,
    planned_counts,
    reopen_runs,
    runs,
    same_accounts,
    state_file,
    suppressions,
    withdrawn_runs,
)
from kooch.store.stays import store_stays
from kooch.store.utc import build_utc_views
from kooch.store.versions import DAMAGED_BLOCK, first_line, has_version, open_version, reading_file
from kooch.store.views import build_views
from kooch.times import now

_KEPT_ID_FILES = 50
# How the file is written: clients from DuckDB 1.1 on read it.
_STORAGE = "v1.0.0"
# What a damaged file, a full disk or too little memory comes as.
_STORAGE_FAULTS = (
    OSError,
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.OutOfMemoryException,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A run by a clock that was ahead: how many of its observations are later than now, and the latest of them."""

    run_id: int
    platform: str
    observations: int
    latest_at: datetime

    @property
    def sentence(self) -> str:
        """What is wrong, and what to do."""
        return (
            f"Run {self.run_id} on {self.platform} observed {self.observations:,} accounts later than now, up to"
            f' {self.latest_at:%-d %B %Y}: a clock was ahead. `kooch runs drop {self.run_id} --reason "…"` withdraws it.'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one load did. `is_new` is False where there was nothing to load: the version that stands is the same.

    `broken` are batches of the spool, and of the archive where it went on without them, that could not be read. They stay
    where they were, as `*.broken`. `lost` are the files of the archive that are not as they were listed: what they held is
    in the master still, and would be missing in a new one. `ahead` are runs that observed something later than now.
    """

    version: int
    batches: int
    broken: tuple[Path, ...]
    is_new: bool = True
    lost: tuple[manifest.Fault, ...] = ()
    ahead: tuple[Ahead, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """The version that the master was brought to, and how many of its batches are new."""

    version: int
    batches: int
    ahead: tuple[Ahead, ...]


def load(
    home: Path, *, views: Path, bundled: Path, wait: bool = True, without_lost: bool = False, anew: bool = False
) -> Loaded:
    """Load what waits in the spool and what rosters say; publish a new version. Returns what was done.

    Where nothing is new, nothing is published, unless `anew`.

    `views` is the folder of SELECTs to build, `bundled` holds the rosters that come with Kooch; the user's own are in
    `home/rosters`. A new master is made from the archive, and refused where a file of it is not as it was listed: the
    version would lack rows. `without_lost` goes on without such files.

    Raises StorageError, RosterError, or RunningError when another loader works and `wait` is False.
    """
    with only_one(home, "load", wait=wait):
        # Before the spool is listed: of a run that has ended by now, every batch is there.
        known_runs = _known_runs(home)
        refuse_lost_state(home)
        with open_state(home) as state:
            walked = walked_handles(state)
            withdrawn = withdrawn_runs(state)
        listed = read_listed(home, bundled)
        digest = _digest(listed, bundled, home / "rosters")
        inputs = _inputs_digest(home, digest, views, known_runs, walked, withdrawn)
        _set_newer_storage_aside(home)
        _drop_master_of(home, withdrawn)
        waiting, unreadable = _set_aside(spool.waiting_batches(home), _has_columns)
        broken = [*(manifest.set_aside_lost(home) if without_lost else ()), *unreadable]
        if not (waiting or broken or anew) and (standing := _version_of(home, inputs)):
            return Loaded(
                version=standing,
                batches=0,
                broken=(),
                is_new=False,
                lost=tuple(manifest.faults(home, thorough=False)),
                ahead=runs_ahead(home),
            )

        def store() -> _Stored:
            return _store(
                home,
                views,
                waiting,
                broken,
                listed=listed,
                digest=digest,
                inputs=inputs,
                known_runs=known_runs,
                walked=walked,
                withdrawn=withdrawn,
                without_lost=without_lost,
            )

        try:
            stored = store()
        except (StorageError, duckdb.Error):
            # A batch may be damaged in the middle, which only reading it shows.
            waiting, damaged = _set_aside(waiting, _is_sound)
            if not damaged:
                raise
            broken.extend(damaged)
            stored = store()
        _archive(home, waiting)
        _list_archive(home, stored.version)
        publish(home, master_file(home), stored.version)
        return Loaded(
            version=stored.version,
            batches=stored.batches,
            broken=tuple(broken),
            lost=tuple(manifest.faults(home, thorough=False)),
            ahead=stored.ahead,
        )


def _store(
    home: Path,
    views: Path,
    waiting: Sequence[Path],
    broken: list[Path],
    *,
    listed: Listed,
    digest: str,
    inputs: str,
    known_runs: list[dict[str, object]],
    walked: list[dict[str, str | None]],
    withdrawn: list[dict[str, str]],
    without_lost: bool,
) -> _Stored:
    """Bring the master to its next version.

    Adds to `broken` what it sets aside of the archive, even when it fails thereafter.
    """
    with open_master(home) as connection, transaction(connection):
        version = 1 + max(
            int(single(connection, "SELECT version FROM versions")),
            last_version(home),
            manifest.last_numbers_file(home),
        )
        _refuse_lost_rows(connection, home)
        _remember_ids(connection, home)
        forgotten, lost = _forgotten(connection, home, without_lost=without_lost)
        broken.extend(lost)
        gone = {run["run"] for run in withdrawn}
        fresh = _not_loaded(connection, [file for file in (*forgotten, *waiting) if file.parent.name not in gone])
        is_new = _store_same_accounts(connection, home)
        if is_new or single(connection, "SELECT rosters_digest FROM versions") != digest:
            store_listed(connection, listed)
        if store_batches(connection, fresh, listed.suppressed, walked=walked):
            # What rosters accept or deny of a handle is now said of the account it has turned out to be.
            store_listed(connection, listed)
        reopened = _store_runs(connection, known_runs)
        _store_withdrawn_runs(connection, withdrawn)
        drop_suppressed(connection)
        store_departures(connection)
        _store_slots(connection, home)
        build_views(connection, views, only=("links",))
        store_stays(connection)
        build_views(connection, views)
        _store_urls(connection, listed)
        describe_shared_columns(connection)
        build_utc_views(connection)
        refuse_faults(connection)
        connection.execute(
            "UPDATE versions SET version = ?, published_at = ?, kooch = ?, rosters_digest = ?, inputs_digest = ?",
            [version, now(), __version__, digest, inputs],
        )
        _keep_ids(connection, home, version)
        ahead = _ahead(connection)
    if reopened:
        with open_state(home) as state:
            reopen_runs(state, reopened)
    return _Stored(version=version, batches=len(fresh), ahead=ahead)


def _store_same_accounts(connection: duckdb.DuckDBPyConnection, home: Path) -> bool:
    """Store which accounts changed their ids, and return whether that is news. Both ids are given a number."""
    with open_state(home) as state:
        decided = same_accounts(state)
    known = int(single(connection, "SELECT count(*) FROM same_accounts"))
    connection.execute("DELETE FROM same_accounts")
    if decided:
        connection.executemany("INSERT INTO same_accounts VALUES (?, ?, ?, ?)", [list(row) for row in decided])
    return len(decided) != known


def refuse_lost_state(home: Path) -> None:
    """Raise StorageError where state.sqlite knows no run and the archive holds some.

    Suppressions and decisions are gone with it: loading would bring back what was removed.
    """
    with open_state(home) as state:
        is_empty = not runs(state) and not withdrawn_runs(state)
    if is_empty and spool.archived_batches(home):
        raise StorageError(
            f"State {state_file(home)} knows no run, and the archive holds some: it was lost or replaced. Restore it from"
            " a backup; without one, start afresh with another --home."
        )


def read_listed(home: Path, bundled: Path) -> Listed:
    """Rosters, events and platforms that come with Kooch and the user's own, with the reviewers' decisions."""
    learn(home)
    lists = rosters.read_rosters(bundled, home / "rosters")
    with open_state(home) as state:
        note_rosters(state, [roster.slug for roster in lists])
        return Listed(
            rosters=lists,
            evidence=rosters.read_evidence(home / "rosters"),
            looks=read_looks(home / "rosters"),
            events=rosters.read_events(bundled / "events.yaml"),
            platforms=tuple(known().values()),
            platform_counts=rosters.read_platform_counts(bundled / "platform_counts.csv"),
            decisions=[
                Decision(
                    figure_id=row["figure_id"],
                    platform=row["platform"],
                    account=row["account"],
                    is_accepted=row["verdict"] == "accepted",
                )
                for row in state.execute("SELECT * FROM decisions ORDER BY decided_at")
            ],
            suppressed=suppressions(state),
            loaded_at={
                row["roster"]: datetime.fromisoformat(row["loaded_at"])
                for row in state.execute("SELECT * FROM rosters")
            },
        )


def master_file(home: Path) -> Path:
    return home / "master.duckdb"


def older_master_file(home: Path) -> Path:
    """Where a master that older clients cannot read is moved to."""
    return home / "master.older.duckdb"


def _set_newer_storage_aside(home: Path) -> None:
    """Move a master aside that an earlier Kooch made in a way which older clients cannot read: the archive makes another.

    It stays where the archive is not as it was listed: the new one would lack rows.
    """
    file = master_file(home)
    if _has_newer_storage(file) and not manifest.faults(home, thorough=True):
        try:
            for suffix in ("", ".wal"):
                if (log := file.with_name(file.name + suffix)).exists():
                    log.replace(older_master_file(home).with_name(older_master_file(home).name + suffix))
        except OSError as error:
            raise StorageError(
                f"Master {file} could not be moved aside ({error.strerror}). Correct the permissions."
            ) from error


def _drop_master_of(home: Path, withdrawn: list[dict[str, str]]) -> None:
    """Remove a master that holds what a withdrawn run observed: the archive makes another, without its batches.

    Raises StorageError where the archive is not as it was listed: the new one would lack rows.
    """
    file = master_file(home)
    if not withdrawn or not file.exists():
        return
    with suppress(duckdb.Error), duckdb.connect(str(file), read_only=True) as connection:
        keys = [run["run"] for run in withdrawn]
        held = connection.execute(
            "SELECT 1 FROM ids AS i SEMI JOIN outcomes AS o ON o.run_id = i.id"
            " WHERE i.kind = 'run' AND list_contains($keys, i.key) LIMIT 1",
            {"keys": keys},
        ).fetchall()
        if not held:
            return
    if faults := manifest.faults(home, thorough=True):
        raise StorageError(f"The run cannot be withdrawn without loss. {manifest.sentence(home, faults)}")
    file.unlink()
    file.with_suffix(".duckdb.wal").unlink(missing_ok=True)


def runs_ahead(home: Path) -> tuple[Ahead, ...]:
    """The runs of the latest version that observed something later than now, an hour's clock error allowed."""
    with open_version(reading_file(home)) as connection:
        return _ahead(connection)


def _ahead(connection: duckdb.DuckDBPyConnection) -> tuple[Ahead, ...]:
    rows = connection.execute(
        (Path(__file__).with_name("runs_ahead.sql")).read_text(encoding="utf-8"),
        {"latest": now() + timedelta(hours=1)},
    ).fetchall()
    return tuple(
        Ahead(run_id=run_id, platform=platform, observations=n, latest_at=datetime.fromtimestamp(latest, UTC))
        for run_id, platform, n, latest in rows
    )


def _has_newer_storage(file: Path) -> bool:
    if not file.exists():
        return False
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            # Before Kooch chose one, it was that of the DuckDB which made the file.
            tags = single(connection, "SELECT tags FROM duckdb_databases() WHERE NOT internal")
    except duckdb.Error:
        return False  # opening it to write tells what is wrong
    return not str(tags.get("storage_version", "")).startswith(_STORAGE)


@contextmanager
def open_master(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private master, migrated. It is checkpointed and closed on leaving, so that the file alone is whole.

    Raises StorageError for a file that is damaged, in use, of a newer Kooch, or on a full disk. Other errors of DuckDB
    are faults in a query of Kooch, and pass.
    """
    file = master_file(home)
    try:
        make_folder(home)
        connection = duckdb.connect(str(file), config={"storage_compatibility_version": _STORAGE})
        try:
            connection.execute("SET TimeZone = 'UTC'")
            # What a step has freed goes back to the system before the next one needs it: a first load takes an eighth less memory.
            connection.execute("SET allocator_bulk_deallocation_flush_threshold = '1MB'")
            with transaction(connection):
                migrate(connection, file)
            yield connection
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
    except (OSError, duckdb.Error) as error:
        if not isinstance(error, _STORAGE_FAULTS) and DAMAGED_BLOCK not in str(error):
            raise
        says = (error.strerror if isinstance(error, OSError) else None) or first_line(error)
        if "Could not set lock" in says:
            raise StorageError(f"Master {file} is open in another program. Close it, then run `kooch load`.") from error
        raise StorageError(
            f"Master {file}: {says}. Free space if the disk is full. If the file is damaged, move"
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
    rows = connection.execute(query).fetchall()
    if len(rows) != 1:
        raise StorageError(
            f"The master answers nothing to {query!r}: it is damaged. Move it away and run `kooch load`."
        )
    return rows[0][0]


def _digest(listed: Listed, *folders: Path) -> str:
    """A fingerprint of everything listed: while it stays the same, the listed tables stay too."""
    # A new column is filled by storing the lists again.
    digest = hashlib.sha256(f"{__version__} {LATEST}".encode())
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.suffix in {".csv", ".yaml"}):
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    digest.update(repr((listed.decisions, sorted(listed.suppressed), listed.platforms)).encode())
    return digest.hexdigest()


def _inputs_digest(home: Path, lists: str, views: Path, *of_state: object) -> str:
    """A fingerprint of all that a load reads besides batches; `lists` is that of everything listed."""
    with open_state(home) as state:
        of_slots, of_ids = _slots(state), same_accounts(state)
    digest = hashlib.sha256(repr((lists, of_slots, of_ids, of_state)).encode())
    for file in sorted(views.rglob("*.sql")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _version_of(home: Path, inputs: str) -> int | None:
    """The version that stands, if it was made of `inputs`, and the master and what is published are whole; else None."""
    if not (has_version(home) and master_file(home).exists() and manifest.manifest_file(home).exists()):
        return None
    with suppress(StorageError, OSError, duckdb.Error):
        for_kooch = reading_file(home)
        for_shells = (home / "kooch.duckdb").resolve(strict=True)
        with open_version(for_kooch) as connection:
            # One that was made by a clock ahead is made again.
            ((version, digest, is_past),) = connection.execute(
                "SELECT version, inputs_digest, published_at <= $now FROM versions", {"now": now()}
            ).fetchall()
        with duckdb.connect(str(master_file(home)), read_only=True) as connection:
            of_master = int(single(connection, "SELECT version FROM versions"))
        # It is copied before the other: one that a shell has written to is younger.
        is_untouched = for_shells.stat().st_mtime_ns <= for_kooch.stat().st_mtime_ns
        if digest == inputs and is_past and is_untouched and version == of_master == last_version(home):
            return int(version)
    return None


def _set_aside(files: Sequence[Path], is_whole: Callable[[Path], bool]) -> tuple[list[Path], tuple[Path, ...]]:
    """Whole files and the others, which are kept as `*.broken`."""
    whole = [file for file in files if is_whole(file)]
    try:
        broken = tuple(file.rename(file.with_suffix(".broken")) for file in files if file not in set(whole))
    except OSError as error:
        raise StorageError(
            f"Broken batch {error.filename} could not be set aside ({error.strerror}). Correct the permissions."
        ) from error
    return whole, broken


def _has_columns(file: Path) -> bool:
    try:
        return spool.is_of_a_batch(pq.read_schema(file))
    except (pa.ArrowException, OSError):
        return False


def _is_sound(file: Path) -> bool:
    """Whether every row can be read and holds what the tables can take."""
    try:
        table = pq.read_table(file, schema=spool.SCHEMA)
        counts = [*(table[name].cast(pa.int32()) for name in ("followers", "following", "posts"))]
    except (pa.ArrowException, OSError):
        return False
    return (
        len(counts) == 3
        and set(table["run"].to_pylist()) == {file.parent.name}
        and set(table["outcome"].to_pylist()) <= {"observed", "failed", "skipped"}
        and set(table["status"].to_pylist()) <= {*STATUSES, None}
        and not any(table[name].null_count for name in ("platform", "target", "valid_at", "recorded_at"))
    )


def _refuse_lost_rows(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Raise StorageError for a new master if the archive, which it is made from, is not as it was listed."""
    is_new = not single(connection, "SELECT version FROM versions")
    if is_new and (faults := manifest.faults(home, thorough=True)):
        raise StorageError(f"The data cannot be made again without loss. {manifest.sentence(home, faults)}")


def _forgotten(
    connection: duckdb.DuckDBPyConnection, home: Path, *, without_lost: bool
) -> tuple[list[Path], tuple[Path, ...]]:
    """The archived batches, for a new master that has loaded none, and those that are broken.

    Raises StorageError for a broken one unless `without_lost`: an earlier Kooch listed no digests.
    """
    if single(connection, "SELECT count(*) FROM batches"):
        return [], ()
    files = spool.archived_batches(home)
    broken = [] if without_lost else [file for file in files if not _is_sound(file)]
    if broken:
        folder = spool.archive_folder(home)
        faults = [manifest.Fault(name=str(file.relative_to(folder)), says="cannot be read") for file in broken]
        raise StorageError(f"The data cannot be made again without loss. {manifest.sentence(home, faults)}")
    return _set_aside(files, _is_sound)


def _not_loaded(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> list[Path]:
    loaded = {row[0] for row in connection.execute("SELECT batch_id FROM batches").fetchall()}
    # A batch may lie in the spool and in the archive, if it was copied there by hand.
    return list({file.stem: file for file in files if file.stem not in loaded}.values())


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
                "is_recheck": run.is_recheck,
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
    with Steps(connection) as steps:
        steps.give("known_runs", as_table(known))
        steps.assign("run", "SELECT key FROM known_runs")
        steps.write(
            "INSERT INTO runs BY NAME"
            " SELECT * EXCLUDE (key, lacks_outcomes) FROM runs_counted ORDER BY started_at, run_id"
        )
        return [str(key) for (key,) in steps.rows("SELECT key FROM runs_counted WHERE lacks_outcomes")]


def _store_withdrawn_runs(connection: duckdb.DuckDBPyConnection, withdrawn: list[dict[str, str]]) -> None:
    connection.execute("DELETE FROM withdrawn_runs")
    if withdrawn:
        connection.register("runs_of_state", as_table(withdrawn))
        connection.execute("INSERT INTO withdrawn_runs BY NAME FROM runs_of_state")
        connection.unregister("runs_of_state")


def _slots(state: sqlite3.Connection) -> list[dict[str, object]]:
    return [dict(row) for row in state.execute("SELECT * FROM slots ORDER BY slot, schedule")]


def _store_slots(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    with open_state(home) as state:
        rows = _slots(state)
    connection.execute("DELETE FROM slots")
    if rows:
        connection.register("claimed_slots", as_table(rows))
        connection.execute(
            "INSERT INTO slots BY NAME"
            " SELECT * EXCLUDE (pid) REPLACE (string_split(platforms, ' ') AS platforms) FROM claimed_slots"
        )
        connection.unregister("claimed_slots")


def _store_urls(connection: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    """Addresses are made from the platform's pattern and the latest handle, never taken from a profile."""
    patterns = [{"platform": platform.platform, "pattern": platform.account_url} for platform in listed.platforms]
    if not patterns:
        return
    with Steps(connection) as steps:
        steps.give("url_patterns", as_table(patterns))
        steps.write(
            "UPDATE accounts SET url = u.url FROM account_urls AS u"
            " WHERE u.account_id = accounts.account_id AND u.url IS DISTINCT FROM accounts.url",
            "UPDATE accounts SET url = NULL WHERE merged_into IS NOT NULL AND url IS NOT NULL",
        )


def _remember_ids(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """A new master takes the numbers that earlier ones gave.

    A file that was lost and is restored repeats numbers: what it held was written again from the master meanwhile.
    """
    files = sorted((spool.archive_folder(home) / "ids").glob("*.parquet"))
    if files and not single(connection, "SELECT count(*) FROM ids"):
        names = ", ".join(quoted(str(file)) for file in files)
        with _naming_damaged(files):
            connection.execute(
                "INSERT INTO ids SELECT kind, key, arg_max(id, filename)"
                f" FROM read_parquet([{names}], filename = true) GROUP BY kind, key"
            )


@contextmanager
def _naming_damaged(files: Sequence[Path]) -> Iterator[None]:
    """Raise StorageError that names the file of numbers that made a query fail, if one did."""
    try:
        yield
    except duckdb.Error as error:
        damaged = next((file for file in files if not _holds_ids(file)), None)
        if damaged is None:
            raise
        raise StorageError(
            f"{damaged}, which holds the numbers of accounts and figures, is damaged. Restore it from a backup, then "
            "run `kooch load`."
        ) from error


def _holds_ids(file: Path) -> bool:
    try:
        return {"kind", "key", "id"} <= set(pq.read_table(file).column_names)
    except (pa.ArrowException, OSError):
        return False


def _keep_ids(connection: duckdb.DuckDBPyConnection, home: Path, version: int) -> None:
    """Put the numbers given by this load into the archive before they are committed.

    A load that is undone leaves a file that the next one replaces. Of many files this one holds all numbers.
    """
    folder = spool.archive_folder(home) / "ids"
    try:
        make_folder(folder)
        remove_unfinished(folder)
    except OSError as error:
        raise StorageError(
            f"Archive {folder} cannot be made ({error.strerror}). Correct the permissions, or move away what is in its"
            " place; then run `kooch load`."
        ) from error
    file = folder / f"{version:08}.parquet"
    kept = [path for path in sorted(folder.glob("*.parquet")) if path != file]
    surplus = _surplus_ids(home, version)
    known = "SELECT '' AS kind, '' AS key"
    if kept and not surplus:
        known = f"SELECT kind, key FROM read_parquet([{', '.join(quoted(str(path)) for path in kept)}])"
    with _naming_damaged(kept), whole_file(file) as aside:
        connection.execute(
            "COPY (SELECT i.kind, i.key, i.id FROM ids AS i"
            f" ANTI JOIN ({known}) AS k ON k.kind = i.kind AND k.key = i.key)"
            f" TO {quoted(str(aside))} (FORMAT parquet, COMPRESSION zstd)"
        )


def _surplus_ids(home: Path, version: int) -> list[Path]:
    """The files of numbers that the one of `version` replaces: none, or all others."""
    folder = spool.archive_folder(home) / "ids"
    others = [path for path in sorted(folder.glob("*.parquet")) if path.stem != f"{version:08}"]
    return [] if len(others) < _KEPT_ID_FILES else others


def _list_archive(home: Path, version: int) -> None:
    """List what came into the archive, then remove the files of numbers that are listed no more."""
    surplus = _surplus_ids(home, version)
    try:
        manifest.renew(home, dropped={f"ids/{path.name}" for path in surplus})
        for path in surplus:
            path.unlink()
    except OSError as error:
        raise StorageError(
            f"Manifest {manifest.manifest_file(home)} could not be written ({error.strerror}). Nothing is lost: free space"
            " or correct the permissions, then run `kooch load`."
        ) from error


def _archive(home: Path, files: Sequence[Path]) -> None:
    try:
        for file in files:
            folder = spool.archive_folder(home) / file.parent.name
            make_folder(folder)
            file.rename(folder / file.name)
        for folder in {spool.archive_folder(home) / file.parent.name for file in files}:
            sync_folder(folder)
    except OSError as error:
        raise StorageError(
            f"Archive {spool.archive_folder(home)}: loaded batches could not be moved there ({error.strerror}). Nothing"
            " is lost: free space or correct the permissions, then run `kooch load`."
        ) from error
