"""Runs over an archive in `state.sqlite`: walks through its index, page by page, and the captures that they found."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from kooch.store.outcomes import Target
from kooch.store.state import Run, add_targets, begin_run, read_run, transaction
from kooch.times import now


class Every(StrEnum):
    """How many captures to read: one of each day, week or month, or all."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CAPTURE = "capture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """What a run over an archive wants: captures of these days, both included; None: from the beginning, to now."""

    first_day: date | None
    last_day: date | None
    every: Every


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One question to the index about a handle, answered page by page; `walk` names it, unique within its run."""

    walk: str
    handle: str
    resume_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One capture as the index lists it; `timestamp` has 14 digits, `status` is None for a repetition of an earlier one."""

    timestamp: str
    original: str
    mimetype: str
    status: int | None
    digest: str

    @property
    def captured_at(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def begin_backfill(
    connection: sqlite3.Connection, *, platform: str, roster: str | None, wanted: Backfill, walks: Iterable[Walk]
) -> Run:
    """Store a new run with all its walks in one transaction, and return it."""
    with transaction(connection):
        run = begin_run(connection, platform=platform, roster=roster, source="archive")
        days = (day.isoformat() if day else None for day in (wanted.first_day, wanted.last_day))
        connection.execute("INSERT INTO backfills VALUES (?, ?, ?, ?, NULL)", (run, *days, wanted.every))
        connection.executemany(
            "INSERT INTO walks (run, walk, handle) VALUES (?, ?, ?)",
            [(run, walk.walk, walk.handle) for walk in walks],
        )
    return read_run(connection, run)


def read_backfill(connection: sqlite3.Connection, run: str) -> Backfill:
    row = connection.execute("SELECT * FROM backfills WHERE run = ?", (run,)).fetchone()
    first_day, last_day = (date.fromisoformat(row[name]) if row[name] else None for name in ("first_day", "last_day"))
    return Backfill(first_day=first_day, last_day=last_day, every=Every(row["every"]))


def is_planned(connection: sqlite3.Connection, run: str) -> bool:
    """Whether all walks have ended, and the captures to read are chosen."""
    row = connection.execute("SELECT planned_at FROM backfills WHERE run = ?", (run,)).fetchone()
    return row["planned_at"] is not None


def open_walks(connection: sqlite3.Connection, run: str) -> list[Walk]:
    """The walks that have not ended, in a fixed order."""
    rows = connection.execute(
        "SELECT walk, handle, resume_key FROM walks WHERE run = ? AND ended_at IS NULL ORDER BY walk", (run,)
    )
    return [Walk(**dict(row)) for row in rows]


def keep_page(
    connection: sqlite3.Connection,
    run: str,
    walk: str,
    rows: Iterable[IndexRow],
    *,
    misfits: int,
    resume_key: str | None,
) -> None:
    """Store a page of the index and where the next page begins (None: this was the last)."""
    with transaction(connection):
        connection.executemany(
            "INSERT OR IGNORE INTO index_rows VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((run, walk, row.timestamp, row.original, row.mimetype, row.status, row.digest) for row in rows),
        )
        connection.execute(
            "UPDATE walks SET resume_key = ?, misfits = misfits + ?, ended_at = ? WHERE run = ? AND walk = ?",
            (resume_key, misfits, None if resume_key else now().isoformat(), run, walk),
        )


def ended_walks(connection: sqlite3.Connection, run: str) -> list[Walk]:
    """The walks that have ended, in a fixed order."""
    rows = connection.execute(
        "SELECT walk, handle FROM walks WHERE run = ? AND ended_at IS NOT NULL ORDER BY walk", (run,)
    )
    return [Walk(**dict(row)) for row in rows]


def walked_handles(connection: sqlite3.Connection) -> list[dict[str, str | None]]:
    """The handles for which ended backfills read everything in the index, and between which days.

    Each has `platform`, `handle` in lower case, `first_day` and `last_day`, both included (None: from the beginning, to the
    day of the run), and `started_at`.
    """
    rows = connection.execute(
        """
        SELECT r.platform, lower(w.handle) AS handle, b.first_day, b.last_day, r.started_at
        FROM walks AS w
        INNER JOIN backfills AS b ON b.run = w.run
        INNER JOIN runs AS r ON r.run = w.run
        WHERE r.state NOT IN ('running', 'aborted')
        GROUP BY r.run, lower(w.handle)
        HAVING count(w.ended_at) = count(*)
        """
    )
    return [dict(row) for row in rows]


def rows_of(connection: sqlite3.Connection, run: str, walk: str) -> list[IndexRow]:
    """The captures that a walk has found, by time."""
    rows = connection.execute(
        "SELECT timestamp, original, mimetype, status, digest FROM index_rows"
        " WHERE run = ? AND walk = ? ORDER BY timestamp, original",
        (run, walk),
    )
    return [IndexRow(**dict(row)) for row in rows]


def misfits_of(connection: sqlite3.Connection, run: str) -> int:
    """How many rows of the index were no captures, over all walks of a run."""
    (misfits,) = connection.execute("SELECT coalesce(sum(misfits), 0) FROM walks WHERE run = ?", (run,)).fetchone()
    return int(misfits)


def plan_captures(connection: sqlite3.Connection, run: str, targets: Sequence[Target]) -> None:
    """Plan the captures to read in one transaction, and delete the rows of the index."""
    with transaction(connection):
        add_targets(connection, run, targets)
        connection.execute("UPDATE backfills SET planned_at = ? WHERE run = ?", (now().isoformat(), run))
        connection.execute("DELETE FROM index_rows WHERE run = ?", (run,))
