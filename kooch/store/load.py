"""The loader: rosters and spooled batches into the private master, in one transaction; then a new published version.

One loader works at a time, under a lock. Loading the same batch twice changes nothing. If a load is killed, the next
load finishes the work.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kooch import __version__, rosters
from kooch.connections import connect
from kooch.errors import ConfigError, StorageError
from kooch.files import make_folder, remove_unfinished, sync_folder, whole_file
from kooch.looks import read_looks
from kooch.platforms import known, learn
from kooch.store import manifest, spool
from kooch.store.backfills import walked_handles
from kooch.store.checks import refuse_faults
from kooch.store.columns import describe_shared_columns
from kooch.store.compact import batches_in, finish_compaction
from kooch.store.corrections import Published, published_in, store_corrections
from kooch.store.editions import content_digest
from kooch.store.loading import Steps
from kooch.store.loading.batches import store_batches
from kooch.store.loading.departures import store_departures
from kooch.store.loading.rosters import (
    Decision,
    Listed,
    denials_of,
    drop_suppressed,
    give_reports_their_accounts,
    store_listed,
)
from kooch.store.locks import only_one
from kooch.store.master import drop_unusable_master, master_file, open_master, single, transaction
from kooch.store.outcomes import STATUSES
from kooch.store.publish import is_pulled, last_version, publish, remove_older
from kooch.store.rows import as_table
from kooch.store.schema import LATEST, quoted
from kooch.store.state import (
    note_rosters,
    open_state,
    planned_counts,
    reopen_runs,
    runs,
    same_accounts,
    set_planned,
    settle_runs,
    settled_runs,
    state_file,
    suppressions,
    withdrawn_runs,
)
from kooch.store.stays import store_stays
from kooch.store.utc import build_utc_views
from kooch.store.versions import has_version, open_version, reading_file
from kooch.store.views import build_views
from kooch.times import now

_KEPT_ID_FILES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A run by a clock that was ahead: how many of its observations are later than now, and the latest of them."""

    run_id: int
    platform: str
    observations: int
    latest_at: datetime

    @property
    def sentence(self) -> str:
        """A sentence that names the fault and the remedy."""
        return (
            f"Run {self.run_id} on {self.platform} observed {self.observations:,} accounts later than now, up to"
            f' {self.latest_at:%-d %B %Y}: a clock was ahead. `kooch runs drop {self.run_id} --reason "…"` withdraws it.'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one load did. `is_new` is False if there was nothing to load: the published version is the same as before.

    `broken` are batches of the spool, and of the archive where it went on without them, that could not be read. They stay
    where they were, as `*.broken`. `lost` are the files of the archive that are not as they were listed. The master
    still has their rows, but a new master would lack them. `ahead` are runs that observed something later than now.
    `corrections` counts what the version before said and this one withdraws.
    """

    version: int
    batches: int
    broken: tuple[Path, ...]
    is_new: bool = True
    lost: tuple[manifest.Fault, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    corrections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """The version of the master after the load, how many of its batches are new, and the kinds of its corrections."""

    version: int
    batches: int
    ahead: tuple[Ahead, ...]
    corrections: list[str]
    whole_runs: tuple[str, ...]
    """The keys of ended runs whose outcomes are all stored."""


def load(
    home: Path,
    *,
    views: Path,
    bundled: Path,
    wait: bool = True,
    without_lost: bool = False,
    anew: bool = False,
    reason: str | None = None,
) -> Loaded:
    """Load the spool and the lists, and publish a new version. Returns what was done.

    If nothing is new, nothing is published, unless `anew`.

    `views` is the folder of SELECTs to build, `bundled` holds the rosters that come with Kooch; the user's own are in
    `home/rosters`. A new master is made from the archive, and refused if a file of the archive is not as it was listed,
    because the version would lack rows. `without_lost` goes on without such files. `reason` says why lists have
    changed. It is stored with corrections for which nobody has given another reason.

    Raises StorageError, RosterError, ConfigError in a folder whose version was pulled from a lake, or RunningError when
    another loader works and `wait` is False.
    """
    if is_pulled(home):
        raise ConfigError(f"Data folder {home} was pulled from a lake and makes no versions. Name another with --home.")
    with only_one(home, "load", wait=wait):
        # Before the spool is listed: of a run that has ended by now, every batch is there.
        known_runs = _known_runs(home)
        with suppress(OSError):
            remove_unfinished(spool.archive_folder(home))
        finish_compaction(home)
        refuse_lost_state(home)
        with open_state(home) as state:
            walked = walked_handles(state)
            withdrawn = withdrawn_runs(state)
        listed = read_listed(home, bundled)
        digest = _digest(listed, bundled, home / "rosters")
        inputs = _inputs_digest(home, digest, views, known_runs, walked, withdrawn)
        # A master can be made anew once the lost files of the archive are set aside.
        set_aside = manifest.set_aside_lost(home) if without_lost else ()
        drop_unusable_master(home, [run["run"] for run in withdrawn], thorough=anew)
        waiting, unreadable = _set_aside(spool.waiting_batches(home), _has_columns)
        broken = [*set_aside, *unreadable]
        if not (waiting or broken or anew) and (standing := _version_of(home, inputs)):
            return Loaded(
                version=standing,
                batches=0,
                broken=(),
                is_new=False,
                lost=tuple(manifest.faults(home, thorough=False)),
                ahead=runs_ahead(home),
            )

        is_suppressing = manifest.read_rewriting(home) is not None

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
                anew=anew,
                before=None if is_suppressing or not has_version(home) else published_in(reading_file(home)),
                reason=reason,
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
        if "link" in stored.corrections:
            remove_older(home, stored.version)
        lost = tuple(manifest.faults(home, thorough=False))
        if not lost:
            with open_state(home) as state:
                settle_runs(state, stored.whole_runs)
        return Loaded(
            version=stored.version,
            batches=stored.batches,
            broken=tuple(broken),
            lost=lost,
            ahead=stored.ahead,
            corrections=len(stored.corrections),
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
    anew: bool,
    before: Published | None,
    reason: str | None,
) -> _Stored:
    """Bring the master to its next version.

    Adds to `broken` the files of the archive that it sets aside, even if it fails after that.
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
        gone = frozenset(run["run"] for run in withdrawn)
        fresh = _not_loaded(connection, [file for file in (*forgotten, *waiting) if file.parent.name not in gone])
        is_new = _store_same_accounts(connection, home, listed.suppressed)
        if is_new or single(connection, "SELECT rosters_digest FROM versions") != digest:
            store_listed(connection, listed)
        if store_batches(connection, fresh, listed.suppressed, walked=walked, withdrawn=gone):
            # What rosters accept or deny for a handle now holds for the account that the handle was found to mean.
            store_listed(connection, listed)
        counted = _store_runs(connection, home, known_runs)
        _store_withdrawn_runs(connection, withdrawn)
        drop_suppressed(connection)
        store_departures(connection)
        _store_slots(connection, home)
        # Addresses read handles, reports and stays read links, and the other rollups read both.
        build_views(connection, views, only=("current_handles", "links"), anew=anew)
        _store_urls(connection, listed)
        give_reports_their_accounts(connection, listed)
        store_stays(connection)
        build_views(connection, views, anew=anew)
        describe_shared_columns(connection)
        build_utc_views(connection)
        refuse_faults(connection)
        with open_state(home) as state:
            corrections = store_corrections(connection, state, before, denials=[*denials_of(listed)], reason=reason)
        connection.execute(
            "UPDATE versions SET version = ?, published_at = ?, kooch = ?, rosters_digest = ?, inputs_digest = ?,"
            " content_digest = ?",
            [version, now(), __version__, digest, inputs, content_digest(connection)],
        )
        _keep_ids(connection, home, version)
        ahead = _ahead(connection)
    if counted.reopened or counted.planned:
        with open_state(home) as state:
            reopen_runs(state, counted.reopened)
            set_planned(state, counted.planned)
    return _Stored(
        version=version,
        batches=sum(map(len, fresh.values())),
        ahead=ahead,
        corrections=corrections,
        whole_runs=counted.whole,
    )


def _store_same_accounts(
    connection: duckdb.DuckDBPyConnection, home: Path, suppressed: Collection[tuple[str, str]]
) -> bool:
    """Store which accounts changed their ids, except suppressed ones. Both ids get a number. Returns whether anything is new."""
    with open_state(home) as state:
        decided = [
            (platform, old, new, decided_at)
            for platform, old, new, decided_at in same_accounts(state)
            if not {(platform, old), (platform, new)} & set(suppressed)
        ]
    known = connection.execute("SELECT platform, old, new FROM same_accounts ORDER BY platform, old").fetchall()
    connection.execute("DELETE FROM same_accounts")
    if decided:
        connection.executemany("INSERT INTO same_accounts VALUES (?, ?, ?, ?)", decided)
    return known != [row[:3] for row in decided]


def refuse_lost_state(home: Path) -> None:
    """Raise StorageError if state.sqlite knows no run although the archive holds some.

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
    """Lists, events and platforms, bundled ones and the user's own, with the reviewers' decisions."""
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
                    reason=row["reason"],
                )
                for row in state.execute("SELECT * FROM decisions ORDER BY decided_at")
            ],
            suppressed=suppressions(state),
            loaded_at={
                row["roster"]: datetime.fromisoformat(row["loaded_at"])
                for row in state.execute("SELECT * FROM rosters")
            },
        )


def runs_ahead(home: Path) -> tuple[Ahead, ...]:
    """The runs of the latest version with observations later than now, allowing a clock error of one hour."""
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


def _digest(listed: Listed, *folders: Path) -> str:
    """A fingerprint of all lists. While it stays the same, the tables of lists are not made again."""
    # A new column is filled by storing the lists again.
    digest = hashlib.sha256(f"{__version__} {LATEST}".encode())
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.suffix in {".csv", ".yaml"}):
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    digest.update(repr((listed.decisions, sorted(listed.suppressed), listed.platforms)).encode())
    return digest.hexdigest()


def _inputs_digest(home: Path, lists: str, views: Path, *of_state: object) -> str:
    """A fingerprint of everything that a load reads besides batches. `lists` is the fingerprint of all lists."""
    with open_state(home) as state:
        of_slots, of_ids = _slots(state), same_accounts(state)
    digest = hashlib.sha256(repr((lists, of_slots, of_ids, of_state)).encode())
    for file in sorted(views.rglob("*.sql")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _version_of(home: Path, inputs: str) -> int | None:
    """The latest version, if it was made from `inputs` and master and published files are complete; else None."""
    if not (has_version(home) and master_file(home).exists() and manifest.manifest_file(home).exists()):
        return None
    with suppress(StorageError, OSError, duckdb.Error):
        for_kooch = reading_file(home)
        for_shells = (home / "kooch.duckdb").resolve(strict=True)
        with open_version(for_kooch) as connection:
            # A version that was made while the clock was ahead is made again.
            ((version, digest, is_past),) = connection.execute(
                "SELECT version, inputs_digest, published_at <= $now FROM versions", {"now": now()}
            ).fetchall()
        with connect(master_file(home), read_only=True) as connection:
            of_master = int(single(connection, "SELECT version FROM versions"))
        # It is copied before the other file. If it is younger, a shell has written to it.
        is_untouched = for_shells.stat().st_mtime_ns <= for_kooch.stat().st_mtime_ns
        if digest == inputs and is_past and is_untouched and version == of_master == last_version(home):
            return int(version)
    return None


def _set_aside(files: Sequence[Path], is_whole: Callable[[Path], bool]) -> tuple[list[Path], tuple[Path, ...]]:
    """The readable files, and the broken ones, which are renamed to `*.broken`."""
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
    """Whether every row can be read and fits the tables."""
    try:
        with pq.ParquetFile(file) as batch:
            run = None if batches_in(file) else file.parent.name
            parts = range(batch.num_row_groups)
            return (
                spool.is_of_a_batch(batch.schema_arrow)
                and batch.metadata.num_rows > 0
                and all(_is_sound_part(batch.read_row_group(n), run) for n in parts)
            )
    except (pa.ArrowException, OSError):
        return False


def _is_sound_part(table: pa.Table, run: str | None) -> bool:
    """Whether the tables can take the rows, and whether all rows belong to `run` if one is given."""
    counts = [*(table[name].cast(pa.int32()) for name in ("followers", "following", "posts"))]
    return (
        len(counts) == 3
        and (run is None or set(table["run"].to_pylist()) == {run})
        and set(table["outcome"].to_pylist()) <= {"observed", "failed", "skipped"}
        and set(table["status"].to_pylist()) <= {*STATUSES, None}
        and not any(table[name].null_count for name in ("platform", "target", "valid_at", "recorded_at"))
    )


def _refuse_lost_rows(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Raise StorageError if a new master would be made from an archive that differs from its manifest."""
    is_new = not single(connection, "SELECT version FROM versions")
    if is_new and (faults := manifest.faults(home, thorough=True)):
        raise StorageError(f"The data cannot be rebuilt without loss. {manifest.sentence(home, faults)}")


def _forgotten(
    connection: duckdb.DuckDBPyConnection, home: Path, *, without_lost: bool
) -> tuple[list[Path], tuple[Path, ...]]:
    """The archived batches, which a new master has to load, and the broken ones among them.

    Raises StorageError for a broken one unless `without_lost`: an earlier Kooch listed no digests.
    """
    if single(connection, "SELECT count(*) FROM batches"):
        return [], ()
    files = spool.archived_batches(home)
    broken = [] if without_lost else [file for file in files if not _is_sound(file)]
    if broken:
        folder = spool.archive_folder(home)
        faults = [manifest.Fault(name=str(file.relative_to(folder)), says="cannot be read") for file in broken]
        raise StorageError(f"The data cannot be rebuilt without loss. {manifest.sentence(home, faults)}")
    return _set_aside(files, _is_sound)


def _not_loaded(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> dict[Path, frozenset[str]]:
    """The files that hold batches which are not loaded yet, each with the ids of these batches."""
    loaded = {row[0] for row in connection.execute("SELECT batch_id FROM batches").fetchall()}
    fresh: dict[Path, frozenset[str]] = {}
    for file in files:
        # A batch may lie in the spool and in the archive, if it was copied there by hand.
        batches = frozenset(batches_in(file) or {file.stem}) - loaded
        if batches:
            fresh[file] = batches
            loaded |= batches
    return fresh


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What the plans must know about runs, by key.

    `reopened` are runs that have ended and yet lack outcomes, because a batch was broken or lost: the next crawl
    continues them. `whole` are runs that have ended and lack none. `planned` has the number of targets of runs from
    which a suppression has taken some.
    """

    reopened: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    planned: Mapping[str, int] = field(default_factory=dict)


def _store_runs(connection: duckdb.DuckDBPyConnection, home: Path, known: list[dict[str, object]]) -> _Counted:
    """Store the runs with their counts."""
    connection.execute("DELETE FROM runs")
    if not known:
        return _Counted()
    rewriting = manifest.read_rewriting(home)
    is_cut_on = rewriting.platform if rewriting else None
    with open_state(home) as state:
        settled = settled_runs(state)
    given = [run | {"is_settled": run["key"] in settled, "is_being_cut": run["platform"] == is_cut_on} for run in known]
    with Steps(connection) as steps:
        steps.give("known_runs", as_table(given))
        steps.assign("run", "SELECT key FROM known_runs")
        steps.write(
            "INSERT INTO runs BY NAME"
            " SELECT * EXCLUDE (key, lacks_outcomes, is_given_up) FROM runs_counted ORDER BY started_at, run_id"
        )
        rows = steps.rows("SELECT key, planned, lacks_outcomes, is_given_up, state <> 'running' FROM runs_counted")
    before = {run["key"]: run["planned"] for run in known}
    return _Counted(
        reopened=tuple(str(key) for key, _, lacks_outcomes, _, _ in rows if lacks_outcomes),
        whole=tuple(str(key) for key, _, _, is_given_up, has_ended in rows if has_ended and not is_given_up),
        planned={str(key): int(str(planned)) for key, planned, *_ in rows if planned != before[key]},
    )


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
    patterns = [
        {"platform": platform.platform, "beginning": beginning, "pattern": pattern}
        for platform in listed.platforms
        for beginning, pattern in ((None, platform.account_url), *platform.handle_urls.items())
    ]
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
    """Give a new master the numbers that earlier masters gave.

    A file that was lost and restored repeats numbers, because the master has written them again meanwhile.
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
    """If a file of numbers made the query fail, raise a StorageError that names it."""
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

    A load that is undone leaves a file that the next one replaces. If there are many files, this file holds all
    numbers.
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
    """The files of numbers that the file of `version` replaces: none, or all others."""
    folder = spool.archive_folder(home) / "ids"
    others = [path for path in sorted(folder.glob("*.parquet")) if path.stem != f"{version:08}"]
    return [] if len(others) < _KEPT_ID_FILES else others


def _list_archive(home: Path, version: int) -> None:
    """List the new files of the archive in the manifest, then remove files of numbers that it no longer lists."""
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
