"""How crawls went, and whether the next ones come: runs, freshness, failures by cause, drift, slots."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import duckdb
import polars as pl

from analytics.queries import query
from analytics.said import cell
from kooch.config import FreshnessSettings, Schedule
from kooch.schedule.plan import slots_between, starts_at
from kooch.schedule.slots import RECHECK, Heartbeat, covered_until, read_heartbeat
from kooch.store.outcomes import CAUSES_IN_WORDS

FAILURES = pl.Schema(
    {
        "platform": pl.String(),
        "cause": pl.String(),
        "words": pl.String(),  # the cause in plain words
        "targets": pl.Int64(),
        "measure": pl.String(),  # the cell of the count
    }
)
_INSTANT = pl.Datetime("us", "UTC")
SLOTS = pl.Schema(
    {
        "schedule": pl.String(),
        "slot": _INSTANT,
        "state": pl.String(),
        "coalesced": pl.Int64(),
        "late_seconds": pl.Int64(),  # after the slot and its jitter; NULL: its schedule no longer exists
        "started_at": _INSTANT,
        "ended_at": _INSTANT,
    }
)

_SOURCES = {
    "live": "live crawl",
    "recheck": "second look",
    "archive": "archived pages",
    "import": "import",
    "activity": "look at posts",
}
# Timers call every five minutes.
_GRACE = timedelta(minutes=10)
_ALIVE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawls:
    """Runs, newest first; the failures of each platform's latest ended run (FAILURES); freshness; drift of all runs.

    `had_no_network` names the platforms whose latest ended crawl observed nothing for want of a network. `holds` are runs
    in which unusually many accounts turned gone and which no later run has confirmed or refuted yet. `last_live` is
    when a crawl last saw each platform that was crawled; None: never.
    """

    runs: pl.DataFrame
    failures: pl.DataFrame
    freshness: pl.DataFrame
    drift: pl.DataFrame
    had_no_network: list[str]
    holds: pl.DataFrame
    last_live: dict[str, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How old a crawl's latest observation of a platform is. Archived pages do not count."""

    platform: str
    state: Literal["fresh", "late", "stale"]
    last_seen_at: datetime | None
    hours: float | None
    warn_after_hours: float
    error_after_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """The latest slots (SLOTS), newest first, and who runs them.

    `platforms` are those of claimed slots. `overdue` is the first slot of each schedule that was due and that nobody
    ran, as the schedule's name and the time at which it was due.
    """

    slots: pl.DataFrame
    platforms: frozenset[str]
    heartbeat: Heartbeat | None
    is_running: bool
    overdue: list[tuple[str, datetime]]


def crawls(connection: duckdb.DuckDBPyConnection) -> Crawls:
    """What this version knows about its crawls. Times are UTC."""
    runs = connection.sql(query("runs_of_version")).pl()
    failures = connection.sql(query("failures_of_latest_runs")).pl()
    freshness = connection.sql(query("freshness")).pl()
    drift = connection.sql(query("drift_of_runs")).pl()
    blocked = connection.sql(query("platforms_without_network")).pl()
    words = [CAUSES_IN_WORDS[cause] for cause in failures["cause"]]
    cells = [
        cell("failures_of_latest_runs", "targets", platform=platform, cause=cause)
        for platform, cause in failures.select("platform", "cause").iter_rows()
    ]
    holds = connection.sql(query("runs_in_doubt")).pl()
    return Crawls(
        runs=_in_words(runs),
        failures=failures.with_columns(
            pl.Series("words", words, dtype=pl.String), pl.Series("measure", cells, dtype=pl.String)
        )
        .select(FAILURES.names())
        .cast(FAILURES),
        freshness=freshness,
        drift=_in_words(drift),
        had_no_network=blocked["platform"].to_list(),
        holds=holds,
        last_live=last_live(connection),
    )


def last_live(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime | None]:
    """When a crawl last saw each platform that was ever crawled, in UTC; None: never."""
    found = connection.sql(query("last_seen_live")).pl()
    return dict(found.iter_rows())


def ages(
    seen: Mapping[str, datetime | None], scheduled: Iterable[str], freshness: FreshnessSettings, *, at: datetime
) -> list[Age]:
    """How fresh the platforms are that were crawled (`seen`, see `last_live`) or are scheduled, by name."""
    found = []
    for platform in sorted({*seen, *scheduled}):
        warn, error = freshness.thresholds(platform)
        last = seen.get(platform)
        hours = (at - last).total_seconds() / 3600 if last else None
        found.append(
            Age(
                platform=platform,
                state="stale" if hours is None or hours > error else "late" if hours > warn else "fresh",
                last_seen_at=last,
                hours=None if hours is None else round(hours, 1),
                warn_after_hours=warn,
                error_after_hours=error,
            )
        )
    return found


def scheduled_slots(state: sqlite3.Connection, schedules: Sequence[Schedule], *, at: datetime) -> Scheduled:
    """What `state.sqlite` knows about slots now. A published version knows only slots until its publication."""
    rows = state.execute("SELECT * FROM slots ORDER BY slot DESC, schedule LIMIT 50").fetchall()
    promised = {name for (name,) in state.execute("SELECT schedule FROM schedules")}
    due = [(schedule.name, _next_due(state, schedule, at=at)) for schedule in schedules if schedule.name in promised]
    heartbeat = read_heartbeat(state)
    known = {schedule.name: schedule for schedule in schedules}
    return Scheduled(
        slots=pl.DataFrame([_slot(row, known) for row in rows], schema=SLOTS),
        platforms=frozenset(name for row in rows if row["schedule"] in known for name in row["platforms"].split()),
        heartbeat=heartbeat,
        is_running=heartbeat is not None and not heartbeat.ended_at and at - heartbeat.beat_at < _ALIVE,
        overdue=[(name, due_at) for name, due_at in due if due_at and due_at < at - _GRACE],
    )


def _next_due(state: sqlite3.Connection, schedule: Schedule, *, at: datetime) -> datetime | None:
    """When the first unclaimed slot is due."""
    after = covered_until(state, schedule.name, at=at)
    return next((starts_at(schedule, slot) for slot in slots_between(schedule, after)), None)


def _slot(row: sqlite3.Row, known: Mapping[str, Schedule]) -> dict[str, object]:
    slot, started_at = datetime.fromisoformat(row["slot"]), datetime.fromisoformat(row["started_at"])
    # Second looks have no jitter.
    due_at = slot if row["schedule"] == RECHECK else None
    if row["schedule"] in known:
        due_at = starts_at(known[row["schedule"]], slot)
    return {
        "schedule": row["schedule"],
        "slot": slot,
        "state": row["state"],
        "coalesced": row["coalesced"],
        "late_seconds": round((started_at - due_at).total_seconds()) if due_at else None,
        "started_at": started_at,
        "ended_at": datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
    }


def _in_words(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("source").replace_strict(_SOURCES, return_dtype=pl.String))
