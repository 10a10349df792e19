"""Claimed slots. A slot is a row of `state.sqlite`, so it cannot run a second time. Written under the lock `schedule`."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from kooch.config import Schedule
from kooch.schedule.plan import Due
from kooch.store.state import transaction

SlotState = Literal["running", "complete", "partial", "failed", "busy", "aborted"]

MOST_ATTEMPTS = 3
RECHECK = "recheck"
"""The name of slots that belong to no schedule: second looks at accounts that seemed gone."""

# A slot further in the future than this was claimed by a wrong clock, and replaces no other slot.
_TRUSTED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A claimed slot. `started_at` is that of its first attempt; times are UTC."""

    schedule: str
    slot: datetime
    coalesced: int
    platforms: tuple[str, ...]
    roster: str | None
    state: SlotState
    started_at: datetime
    ended_at: datetime | None
    exit_code: int | None
    pid: int | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The latest `kooch schedule run`: `ended_at` is None while it runs, and after it was killed."""

    pid: int
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None


def note_schedules(connection: sqlite3.Connection, schedules: Sequence[Schedule], *, at: datetime) -> None:
    """Store since when each schedule has slots. A new or changed schedule has them from now on, a removed one has none."""
    wanted = {schedule.name: _definition(schedule) for schedule in schedules}
    last = _text(at + _TRUSTED)
    known = {
        row["schedule"]: row["definition"]
        for row in connection.execute("SELECT * FROM schedules")
        if row["since"] <= last
    }
    if known == wanted:
        return
    with transaction(connection):
        connection.executemany(
            "DELETE FROM schedules WHERE schedule = ? AND definition IS NOT ?",
            [(name, wanted.get(name)) for name in known],
        )
        connection.execute("DELETE FROM schedules WHERE since > ?", (last,))
        connection.executemany(
            "INSERT OR IGNORE INTO schedules VALUES (?, ?, ?)",
            [(name, definition, _text(at)) for name, definition in wanted.items()],
        )


def covered_until(connection: sqlite3.Connection, schedule: str, *, at: datetime) -> datetime:
    """The instant up to which every slot has run, was replaced, or never existed."""
    (since,) = connection.execute("SELECT since FROM schedules WHERE schedule = ?", (schedule,)).fetchone()
    claimed = claimed_until(connection, schedule, at=at)
    return max(datetime.fromisoformat(since), claimed) if claimed else datetime.fromisoformat(since)


def claimed_until(connection: sqlite3.Connection, schedule: str, *, at: datetime) -> datetime | None:
    """The latest slot that was claimed or replaced."""
    (slot,) = connection.execute(
        "SELECT max(slot) FROM slots WHERE schedule = ? AND slot <= ?", (schedule, _text(at + _TRUSTED))
    ).fetchone()
    return datetime.fromisoformat(slot) if slot else None


def looked_until(connection: sqlite3.Connection, *, at: datetime) -> datetime | None:
    """The latest slot for second looks that asked for its accounts."""
    (slot,) = connection.execute(
        "SELECT max(slot) FROM slots WHERE schedule = ? AND state IN ('complete', 'partial') AND slot <= ?",
        (RECHECK, _text(at)),
    ).fetchone()
    return datetime.fromisoformat(slot) if slot else None


def claim(
    connection: sqlite3.Connection, found: Due, *, platforms: Sequence[str], roster: str | None, at: datetime
) -> Slot | None:
    """Claim the slot for good. Returns None if another process has claimed it."""
    claimed = connection.execute(
        "INSERT OR IGNORE INTO slots (schedule, slot, coalesced, platforms, roster, state, started_at, attempts)"
        " VALUES (?, ?, ?, ?, ?, 'running', ?, 1)",
        (found.schedule, _text(found.slot), found.coalesced, " ".join(platforms), roster, _text(at)),
    )
    return read_slot(connection, found.schedule, found.slot) if claimed.rowcount else None


def claim_again(connection: sqlite3.Connection, slot: Slot) -> Slot | None:
    """Resume an aborted slot. Returns None if it was given up, or another process has resumed it."""
    claimed = connection.execute(
        "UPDATE slots SET state = 'running', ended_at = NULL, exit_code = NULL, pid = NULL, attempts = attempts + 1"
        " WHERE schedule = ? AND slot = ? AND state = 'aborted' AND attempts = ? AND attempts < ?",
        (slot.schedule, _text(slot.slot), slot.attempts, MOST_ATTEMPTS),
    )
    return read_slot(connection, slot.schedule, slot.slot) if claimed.rowcount else None


def note_pid(connection: sqlite3.Connection, slot: Slot, pid: int) -> None:
    connection.execute(
        "UPDATE slots SET pid = ? WHERE schedule = ? AND slot = ?", (pid, slot.schedule, _text(slot.slot))
    )


def end_slot(
    connection: sqlite3.Connection, slot: Slot, state: SlotState, *, exit_code: int | None, at: datetime
) -> None:
    connection.execute(
        "UPDATE slots SET state = ?, exit_code = ?, ended_at = ? WHERE schedule = ? AND slot = ?",
        (state, exit_code, _text(at), slot.schedule, _text(slot.slot)),
    )


def read_slot(connection: sqlite3.Connection, schedule: str, slot: datetime) -> Slot:
    row = connection.execute("SELECT * FROM slots WHERE schedule = ? AND slot = ?", (schedule, _text(slot))).fetchone()
    return _slot(row)


def running_slots(connection: sqlite3.Connection) -> list[Slot]:
    """Slots without an end. If no process runs a slot, its process died."""
    return [_slot(row) for row in connection.execute("SELECT * FROM slots WHERE state = 'running' ORDER BY slot")]


def latest_slot(connection: sqlite3.Connection, schedule: str, *, at: datetime) -> Slot | None:
    """The latest slot that was claimed, by a clock that can be trusted `at`."""
    row = connection.execute(
        "SELECT * FROM slots WHERE schedule = ? AND slot <= ? ORDER BY slot DESC LIMIT 1",
        (schedule, _text(at + _TRUSTED)),
    ).fetchone()
    return _slot(row) if row else None


def ended_runs(connection: sqlite3.Connection, slot: Slot) -> dict[str, str]:
    """The platforms of `slot` that have a run that ended since the slot was claimed, and how it ended.

    A run that began before the slot's time did not look for it. A run that was given up did not look at everybody.
    """
    rows = connection.execute(
        "SELECT platform, state FROM runs WHERE source = 'live' AND NOT is_activity AND state <> 'aborted'"
        " AND roster IS ? AND is_recheck = ?"
        " AND started_at >= ? AND ended_at >= ? ORDER BY ended_at",
        (slot.roster, slot.schedule == RECHECK, _text(slot.slot), _text(slot.started_at)),
    )
    return {platform: state for platform, state in rows if platform in slot.platforms}


def beat(connection: sqlite3.Connection, *, pid: int, started_at: datetime, at: datetime, has_ended: bool) -> None:
    """Say that the loop is alive, or that it ended."""
    connection.execute(
        "REPLACE INTO heartbeat VALUES (1, ?, ?, ?, ?)",
        (pid, _text(started_at), _text(at), _text(at) if has_ended else None),
    )


def read_heartbeat(connection: sqlite3.Connection) -> Heartbeat | None:
    row = connection.execute("SELECT pid, started_at, beat_at, ended_at FROM heartbeat").fetchone()
    if row is None:
        return None
    return Heartbeat(
        pid=row["pid"],
        started_at=datetime.fromisoformat(row["started_at"]),
        beat_at=datetime.fromisoformat(row["beat_at"]),
        ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
    )


def _definition(schedule: Schedule) -> str:
    return f"{schedule.cron} | {schedule.time_zone} | {schedule.from_day} | {schedule.until_day}"


def _slot(row: sqlite3.Row) -> Slot:
    return Slot(
        **{
            **dict(row),
            "slot": datetime.fromisoformat(row["slot"]),
            "platforms": tuple(row["platforms"].split()),
            "started_at": datetime.fromisoformat(row["started_at"]),
            "ended_at": datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        }
    )


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
