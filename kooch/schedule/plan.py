"""The slots of a schedule: planned instants in UTC, also where clocks in its time zone change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from cronsim import CronSim

from kooch.config import Schedule
from kooch.times import end_of, start_of

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """The slot for second looks: the next full hour after they are due, so that looks due together make one crawl."""

    slot: datetime
    platforms: tuple[str, ...]
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A slot that is due. `coalesced` counts the earlier missed slots that it replaces."""

    schedule: str
    slot: datetime
    coalesced: int
    due_at: datetime


def rechecks(
    looks: Iterable[tuple[datetime, str]], *, looked: datetime | None, tried: datetime | None, at: datetime
) -> list[Recheck]:
    """The slots for second looks, ascending; `looks` are when each account is due, and on which platform.

    Second looks up to the slot `looked` have happened. Those after it up to `tried`, the latest claimed slot, have not:
    they get the next full hour.
    """
    again = max(tried + _HOUR, _full_hour(at)) if tried else None
    found: dict[datetime, list[str]] = {}
    for due_at, platform in looks:
        slot = _full_hour(due_at) + _HOUR
        if looked and slot <= looked:
            continue
        if tried and again and slot <= tried:
            slot = again
        found.setdefault(slot, []).append(platform)
    return [
        Recheck(slot=slot, platforms=tuple(sorted(set(platforms))), accounts=len(platforms))
        for slot, platforms in sorted(found.items())
    ]


def _full_hour(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def slots_between(schedule: Schedule, after: datetime, until: datetime | None = None) -> Iterator[datetime]:
    """The slots in (`after`, `until`], ascending, each once; without `until` they may never end."""
    zone = UTC if schedule.time_zone == "UTC" else ZoneInfo(schedule.time_zone)
    opens = start_of(schedule.from_day, schedule.time_zone) if schedule.from_day else None
    closes = end_of(schedule.until_day, schedule.time_zone) if schedule.until_day else None
    # A slot may fall on the very second at which the window opens.
    latest = max(after, opens - timedelta(seconds=1)) if opens else after
    for local in CronSim(schedule.cron, latest.astimezone(zone)):
        slot = local.astimezone(UTC)
        if (until and slot > until) or (closes and slot >= closes):
            return
        # If cronsim begins in an hour that the clocks repeat, it goes back to the first half of that hour.
        if slot > latest:
            latest = slot
            yield slot


def starts_at(schedule: Schedule, slot: datetime) -> datetime:
    """When a slot is due: its instant and the jitter, which is the same after every restart."""
    digest = sha256(f"{schedule.name} {slot.isoformat()}".encode()).digest()
    return slot + timedelta(seconds=int.from_bytes(digest[:8]) % (schedule.jitter_seconds + 1))


def due(schedule: Schedule, *, after: datetime, at: datetime) -> Due | None:
    """The latest slot since `after` that is due `at`. It replaces all earlier ones."""
    found = None
    for n, slot in enumerate(slots_between(schedule, after, at)):
        due_at = starts_at(schedule, slot)
        if due_at <= at:
            found = Due(schedule=schedule.name, slot=slot, coalesced=n, due_at=due_at)
    return found


def next_due_at(schedule: Schedule, *, after: datetime, at: datetime) -> datetime | None:
    """The first instant later than `at` at which a slot since `after` becomes due."""
    earliest = None
    for slot in slots_between(schedule, after):
        if earliest and slot >= earliest:
            break
        due_at = starts_at(schedule, slot)
        if due_at > at and (earliest is None or due_at < earliest):
            earliest = due_at
    return earliest
