"""`state.sqlite`: run plans, schedule slots, decisions and suppressions. Many processes, small commits, safe against a power cut."""

import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from kooch import __version__
from kooch.errors import StorageError
from kooch.files import make_folder
from kooch.store.outcomes import Capture, Target
from kooch.times import now

RunState = Literal["running", "complete", "partial", "failed", "aborted"]
RunSource = Literal["live", "archive", "import", "activity"]

# How a run's source is written down. The column was made for three, and a fourth stands beside it.
_SOURCES: Mapping[RunSource, tuple[str, bool]] = {
    "live": ("live", False),
    "archive": ("archive", False),
    "import": ("import", False),
    "activity": ("live", True),
}
_MIGRATIONS = Path(__file__).with_name("state_migrations")


# What a plan holds of a target, beside its key and its archived page.
_TARGET_TEXTS = ("handle", "native_id", "server", "local_id")
_TARGET_INSTANTS = ("listed_before", "seen_since", "opened_not_before", "opened_before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl of one platform. `roster` None means every roster; times are UTC.

    `is_recheck`: it asks only about accounts that seemed gone, a second time. `shards` is the number of its parts, if it is
    crawled on several machines.
    """

    run: str
    platform: str
    source: str
    roster: str | None
    started_at: datetime
    ended_at: datetime | None
    state: RunState
    requests: int
    bytes: int
    cost_usd: float
    version: str
    planned: int = 0
    is_recheck: bool = False
    shards: int | None = None


def state_file(home: Path) -> Path:
    return home / "state.sqlite"


@contextmanager
def open_state(home: Path) -> Iterator[sqlite3.Connection]:
    """A connection in autocommit mode; wrap several writes in `with transaction(connection)`.

    Creates the file on first use. Raises StorageError for a file that is damaged or from a newer Kooch.
    """
    file = state_file(home)
    try:
        make_folder(home)
        _keep_private(file)
        connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            f"State {file} cannot be opened: {error}. Correct the permissions of the data folder."
        ) from error
    with closing(connection):
        connection.row_factory = sqlite3.Row
        # SQLite's own folds ASCII only.
        connection.create_function("lower", 1, lambda text: text and text.lower(), deterministic=True)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _migrate(connection, file)
            yield connection
        except sqlite3.OperationalError as error:
            raise StorageError(
                f"State {file}: {error}. Nothing recorded is lost: free space or correct permissions, and repeat."
            ) from error
        except sqlite3.DatabaseError as error:
            raise StorageError(
                f"State {file} is damaged ({error}). Restore it from a copy made by `kooch backup`."
            ) from error


def _keep_private(file: Path) -> None:
    """Let the owner alone read the state, which holds what was suppressed and why. SQLite's logs take the mode of the file."""
    if not file.exists():
        file.touch(mode=0o600)
    elif file.is_file() and file.stat().st_mode & 0o077:
        file.chmod(0o600)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All writes inside, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def plan_run(
    connection: sqlite3.Connection,
    *,
    platform: str,
    targets: Sequence[Target],
    roster: str | None = None,
    source: RunSource = "live",
    is_recheck: bool = False,
) -> Run:
    """Write down a new run with its targets, whole, and return it. Targets are unique by key."""
    with transaction(connection):
        run = begin_run(connection, platform=platform, roster=roster, source=source, is_recheck=is_recheck)
        add_targets(connection, run, targets)
    return read_run(connection, run)


def begin_run(
    connection: sqlite3.Connection,
    *,
    platform: str,
    roster: str | None,
    source: RunSource,
    is_recheck: bool = False,
) -> str:
    """Write down a run without targets, inside the caller's transaction, and return its key."""
    run = uuid.uuid4().hex
    connection.execute(
        "INSERT INTO runs (run, platform, source, is_activity, roster, started_at, state, version, is_recheck)"
        " VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?)",
        (run, platform, *_SOURCES[source], roster, _text(now()), __version__, is_recheck),
    )
    return run


def adopt_run(
    connection: sqlite3.Connection,
    *,
    run: str,
    platform: str,
    roster: str | None,
    started_at: datetime,
    version: str,
    is_recheck: bool,
    shards: int,
    targets: Iterable[Target],
) -> None:
    """Write down a run that several machines crawl, whole. One that is known, or was withdrawn, stays as it is."""
    with transaction(connection):
        is_known = connection.execute(
            "SELECT 1 FROM runs WHERE run = ? UNION SELECT 1 FROM withdrawn_runs WHERE run = ?", (run, run)
        ).fetchone()
        if is_known:
            return
        connection.execute(
            "INSERT INTO runs (run, platform, source, roster, started_at, state, version, is_recheck, shards)"
            " VALUES (?, ?, 'live', ?, ?, 'running', ?, ?, ?)",
            (run, platform, roster, _text(started_at), version, is_recheck, shards),
        )
        add_targets(connection, run, targets)


def add_targets(connection: sqlite3.Connection, run: str, targets: Iterable[Target]) -> None:
    """Plan `targets` in `run`, inside the caller's transaction."""
    columns = ("run", "target", *_TARGET_TEXTS, *_TARGET_INSTANTS, "url", "captured_at", "digest")
    places = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO targets ({', '.join(columns)}) VALUES ({places})",
        (
            (
                run,
                target.key,
                *(getattr(target, name) for name in _TARGET_TEXTS),
                *(_text(getattr(target, name)) for name in _TARGET_INSTANTS),
                target.capture.url if target.capture else None,
                _text(target.capture.captured_at if target.capture else None),
                target.capture.digest if target.capture else None,
            )
            for target in targets
        ),
    )


def read_run(connection: sqlite3.Connection, run: str) -> Run:
    row = connection.execute("SELECT * FROM runs WHERE run = ?", (run,)).fetchone()
    if row is None:
        raise StorageError(f"Run {run!r} was never planned; `kooch status` lists the runs.")
    return _run(row)


def runs(connection: sqlite3.Connection) -> list[Run]:
    """All runs, oldest first."""
    return [_run(row) for row in connection.execute("SELECT * FROM runs ORDER BY started_at, run")]


def unfinished_run(
    connection: sqlite3.Connection,
    *,
    platform: str,
    roster: str | None,
    source: RunSource = "live",
    is_recheck: bool = False,
) -> Run | None:
    """The latest run of `platform` over `roster` that was begun here and never ended."""
    row = connection.execute(
        "SELECT * FROM runs WHERE platform = ? AND roster IS ? AND source = ? AND is_activity = ? AND is_recheck = ?"
        " AND state = 'running' AND shards IS NULL ORDER BY started_at DESC LIMIT 1",
        (platform, roster, *_SOURCES[source], is_recheck),
    ).fetchone()
    return _run(row) if row else None


def targets_of(connection: sqlite3.Connection, run: str) -> list[Target]:
    """The plan of a run, in a fixed order."""
    rows = connection.execute("SELECT * FROM targets WHERE run = ? ORDER BY target", (run,))
    return [_target(row) for row in rows]


def planned_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of planned targets, by run. A suppressed account is planned no more, not even in the past."""
    return dict(
        connection.execute(
            """
            SELECT r.run, r.planned - (
                SELECT count(*) FROM suppressions AS s
                INNER JOIN targets AS t
                    ON
                        t.run = r.run
                        AND (
                            t.target IN (s.account, lower(s.account))
                            OR (r.source <> 'live' AND '@' || lower(t.handle) = s.account)
                        )
                WHERE s.platform = r.platform
            )
            FROM runs AS r
            """
        ).fetchall()
    )


def suppressions(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """The suppressed accounts as (platform, natural key): native ids, and handles in lower case after an `@`."""
    rows = connection.execute("SELECT platform, account FROM suppressions")
    return frozenset((str(platform), str(account)) for platform, account in rows)


def suppressed_accounts(connection: sqlite3.Connection, platform: str) -> frozenset[str]:
    """The suppressed accounts of a platform, as `suppressions` has them."""
    return frozenset(account for of, account in suppressions(connection) if of == platform)


def last_removal(connection: sqlite3.Connection) -> datetime | None:
    """When an account was suppressed, a run withdrawn, or a wrong link corrected, last; None: nothing of the kind ever was."""
    rows = connection.execute(
        "SELECT suppressed_at FROM suppressions UNION SELECT withdrawn_at FROM withdrawn_runs"
        " UNION SELECT corrected_at FROM corrections WHERE kind = 'link'"
    )
    return max((datetime.fromisoformat(instant) for (instant,) in rows), default=None)


def say_same(connection: sqlite3.Connection, *, platform: str, old: str, new: str, reason: str) -> None:
    """Write down that an account has another id now. A later decision about the old id replaces an earlier one."""
    connection.execute(
        "INSERT OR REPLACE INTO same_accounts VALUES (?, ?, ?, ?, ?)", (platform, old, new, reason, _text(now()))
    )


def same_accounts(connection: sqlite3.Connection) -> list[tuple[str, str, str, str]]:
    """Platform, old id, new id and time of each decision that an account changed its id."""
    rows = connection.execute("SELECT platform, old, new, decided_at FROM same_accounts ORDER BY platform, old")
    return [(row["platform"], row["old"], row["new"], row["decided_at"]) for row in rows]


def withdraw_run(connection: sqlite3.Connection, run: str, reason: str) -> None:
    """Take a run out of the plans, for good. What it cost stays counted. Raises StorageError for one that is not there."""
    with transaction(connection):
        read_run(connection, run)
        connection.execute(
            "INSERT INTO withdrawn_runs SELECT run, platform, source, started_at, ended_at, cost_usd, ?, ? FROM runs"
            " WHERE run = ?",
            (reason, _text(now()), run),
        )
        for table in ("targets", "index_rows", "walks", "backfills", "runs"):
            connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))


def withdrawn_runs(connection: sqlite3.Connection) -> list[dict[str, str]]:
    """Of each withdrawn run its key, platform, source and start, and why and when it was withdrawn."""
    rows = connection.execute(
        "SELECT run, platform, source, started_at, reason, withdrawn_at FROM withdrawn_runs ORDER BY run"
    )
    return [dict(row) for row in rows]


def reopen_runs(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Let the next crawl continue runs of which outcomes were lost after they had ended."""
    connection.executemany("UPDATE runs SET state = 'running', ended_at = NULL WHERE run = ?", [(key,) for key in keys])


def settle_runs(connection: sqlite3.Connection, whole: Iterable[str]) -> None:
    """Forget the targets of those runs, ended and loaded whole, that a later run of the same scope has followed.

    The number of their targets stays. The targets of the latest run stay too: should one of its batches be lost, they are
    asked again. The file shrinks once more than half of it is free.
    """
    followed = """
        SELECT r.run
        FROM runs AS r
        WHERE
            EXISTS (SELECT 1 FROM targets AS t WHERE t.run = r.run)
            AND EXISTS (
                SELECT 1 FROM runs AS later
                WHERE
                    later.state <> 'running'
                    AND later.started_at > r.started_at
                    AND later.platform = r.platform
                    AND later.roster IS r.roster
                    AND later.source = r.source
                    AND later.is_activity = r.is_activity
                    AND later.is_recheck = r.is_recheck
            )
    """
    settled = {run for (run,) in connection.execute(followed)} & {*whole}
    if not settled:
        return
    # A freed page would keep the name of an account that is suppressed later.
    connection.execute("PRAGMA secure_delete = ON")
    with transaction(connection):
        planned = planned_counts(connection)
        connection.executemany("DELETE FROM targets WHERE run = ?", [(run,) for run in settled])
        _set_planned(connection, {run: planned[run] for run in settled})
    _shrink(connection)


def settled_runs(connection: sqlite3.Connection) -> frozenset[str]:
    """The runs that have ended and of which no target is known any more."""
    rows = connection.execute(
        "SELECT run FROM runs AS r"
        " WHERE state <> 'running' AND NOT EXISTS (SELECT 1 FROM targets AS t WHERE t.run = r.run)"
    )
    return frozenset(str(run) for (run,) in rows)


def set_planned(connection: sqlite3.Connection, planned: Mapping[str, int]) -> None:
    """Write down how many targets runs have, of which a suppression has taken some."""
    with transaction(connection):
        _set_planned(connection, planned)


def _set_planned(connection: sqlite3.Connection, planned: Mapping[str, int]) -> None:
    connection.executemany("UPDATE runs SET planned = ? WHERE run = ?", [(n, run) for run, n in planned.items()])


def _shrink(connection: sqlite3.Connection) -> None:
    (free,), (pages,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count"))
    if 2 * free > pages:
        # Where another process holds it open, or the disk is full, it shrinks another time.
        with suppress(sqlite3.OperationalError):
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def count_traffic(connection: sqlite3.Connection, run: str, *, requests: int, received: int) -> None:
    """Add to a run's requests and bytes: a run that is continued sums up over its parts."""
    connection.execute(
        "UPDATE runs SET requests = requests + ?, bytes = bytes + ? WHERE run = ?", (requests, received, run)
    )


def set_traffic(connection: sqlite3.Connection, run: str, *, requests: int, received: int) -> None:
    """Say how many requests and bytes a run has taken so far, over all its shards."""
    connection.execute("UPDATE runs SET requests = ?, bytes = ? WHERE run = ?", (requests, received, run))


def count_cost(connection: sqlite3.Connection, run: str, usd: float) -> None:
    """Add to what a run has cost, in millionths of a dollar: what was counted too much is taken off again."""
    connection.execute("UPDATE runs SET cost_usd = round(cost_usd + ?, 6) WHERE run = ?", (usd, run))


def cost_since(connection: sqlite3.Connection, *, platform: str, since: datetime) -> float:
    """What the crawls of a platform have cost that were under way at `since` or later, in US dollars."""
    (usd,) = connection.execute(
        "SELECT round(coalesce(sum(cost_usd), 0), 6) FROM ("
        "SELECT platform, source, started_at, ended_at, cost_usd FROM runs"
        " UNION ALL SELECT platform, source, started_at, coalesce(ended_at, withdrawn_at), cost_usd FROM withdrawn_runs)"
        " WHERE platform = ? AND source = 'live' AND (started_at >= ? OR ended_at IS NULL OR ended_at >= ?)",
        (platform, _text(since), _text(since)),
    ).fetchone()
    return float(usd)


def state_at_end(*, observed: int, failed: int) -> RunState:
    """How a run has ended of which every target has an outcome."""
    if failed == 0:
        return "complete"
    return "partial" if observed else "failed"


def end_run(connection: sqlite3.Connection, run: str, state: RunState) -> None:
    connection.execute("UPDATE runs SET state = ?, ended_at = ? WHERE run = ?", (state, _text(now()), run))


def note_rosters(connection: sqlite3.Connection, rosters: Iterable[str]) -> None:
    """Remember when each roster was first loaded."""
    connection.executemany(
        "INSERT OR IGNORE INTO rosters VALUES (?, ?)", [(roster, _text(now())) for roster in rosters]
    )


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    scripts = _scripts(_MIGRATIONS)
    version = _version(connection)
    if version > len(scripts):
        raise StorageError(
            f"State {file} has schema {version}; this Kooch {__version__} knows {len(scripts)}. Upgrade Kooch."
        )
    for number in range(version + 1, len(scripts) + 1):
        # executescript would commit on its own: the version must be set in the same transaction.
        connection.execute("BEGIN EXCLUSIVE")
        try:
            # Another process may have been here first.
            if _version(connection) < number:
                for statement in scripts[number - 1].split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


@cache
def _scripts(folder: Path) -> list[str]:
    """Script n leads to version n: the files are numbered from 0001, without a gap."""
    files = sorted(folder.glob("[0-9]*.sql"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))  # noqa: S101 -- our own files
    return [file.read_text(encoding="utf-8") for file in files]


def _target(row: sqlite3.Row) -> Target:
    known: dict[str, Any] = {name: row[name] for name in _TARGET_TEXTS}
    known |= {name: _instant(row[name]) for name in _TARGET_INSTANTS}
    return Target(key=row["target"], capture=_capture(row), **known)


def _capture(row: sqlite3.Row) -> Capture | None:
    captured_at = _instant(row["captured_at"])
    return Capture(url=row["url"], captured_at=captured_at, digest=row["digest"]) if captured_at else None


def _run(row: sqlite3.Row) -> Run:
    started_at = datetime.fromisoformat(row["started_at"])
    known = dict(row)
    if known.pop("is_activity"):
        known["source"] = "activity"
    return Run(
        **{
            **known,
            "started_at": started_at,
            "ended_at": _instant(row["ended_at"]),
            "is_recheck": bool(row["is_recheck"]),
        }
    )


def _text(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
