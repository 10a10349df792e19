"""The loop behind `kooch schedule run` and `kooch crawl --due`: claim what is due, crawl, write down the end."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from kooch.config import Schedule
from kooch.errors import RunningError, StorageError
from kooch.schedule import slots
from kooch.schedule.plan import Due, Recheck, due, next_due_at, rechecks
from kooch.schedule.slots import RECHECK, Slot, SlotState
from kooch.store.locks import only_one
from kooch.store.state import open_state

# The loop wakes at least this often, to notice that the machine slept or that somebody set the clock.
LONGEST_WAIT = timedelta(seconds=30)

_LONGEST_TRUST = timedelta(hours=1)
"""How long the loop goes on before it looks up again what is due."""

# The exit codes of a crawl that was ended by SIGINT or SIGTERM.
_STOPPED = (130, 143)

Event = Callable[[str, Slot], None]


class Child(Protocol):
    """A crawl in a process of its own."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """Its exit code, negative for the signal that killed it; None while it runs."""


class World(Protocol):
    """The machine as the loop uses it."""

    @property
    def pid(self) -> int: ...

    @property
    def is_stopping(self) -> bool:
        """Whether the loop was asked to end. A running crawl was asked to end, too."""

    def now(self) -> datetime:
        """The wall clock, in UTC. It may jump."""

    def wait(self, seconds: float) -> None:
        """Return after `seconds` on a clock that nobody can set, or earlier: when the crawl or the loop should end."""

    def start(
        self, platforms: Sequence[str], roster: str | None, *, since: datetime, is_recheck: bool, shard: str | None
    ) -> Child:
        """Start a crawl, a shard of one, or a crawl of second looks. It finishes a run that began before `since`, and then looks at everybody.

        Raises StorageError when the machine refuses.
        """

    def has_orphan(self) -> bool:
        """Whether a crawl of a loop that was killed is still running."""


class Scheduler:
    """One loop over `schedules`. Only one loop runs for each `home`.

    `everything` are the platforms of a schedule that names none. `second_looks` says which accounts of which platform
    wait for a second look, and since when it is due. A second look does not wait for a schedule. `on_event` hears of
    slots that are `started` or `ended`, `on_fault` of storage that fails: the loop goes on and tries again.
    """

    def __init__(
        self,
        home: Path,
        schedules: Sequence[Schedule],
        world: World,
        *,
        everything: Sequence[str],
        second_looks: Callable[[], Iterable[tuple[datetime, str]]] = lambda: (),
        on_event: Event = lambda _event, _slot: None,
        on_fault: Callable[[StorageError], None] = lambda _error: None,
        beat_every: timedelta = timedelta(minutes=1),
    ) -> None:
        self._home, self._schedules, self._world = home, schedules, world
        self._everything = tuple(everything)
        self._second_looks = second_looks
        self._on_event, self._on_fault, self._beat_every = on_event, on_fault, beat_every
        self._started_at = self._seen_at = world.now()
        # Only a loop has a heartbeat. With one, a timer that calls once would look like a running loop.
        self._beats = False
        self._beat_at: datetime | None = None
        # When the next slot is due; None: look it up.
        self._wake_at: datetime | None = None

    def run(self) -> None:
        """Run slots as they become due, until the world is stopping. Raises RunningError if another loop runs."""
        with only_one(self._home, "schedule"):
            self._beats = True
            while not self._world.is_stopping:
                try:
                    self._step()
                except StorageError as error:
                    self._on_fault(error)
                    self._wake_at = None
                    self._world.wait(LONGEST_WAIT.total_seconds())
            self._beat(has_ended=True)

    def run_due(self) -> list[Slot]:
        """Run what is due now, each schedule at most once, and return the slots as they ended.

        Raises RunningError while a loop runs, or a crawl of one that was killed.
        """
        ran: list[Slot] = []
        with only_one(self._home, "schedule"):
            if self._world.has_orphan():
                raise RunningError("A scheduled crawl is still running, without its scheduler. Wait for it, or end it.")
            while not self._world.is_stopping:
                slot = self._claim(apart_from=[slot.schedule for slot in ran])
                if slot is None:
                    break
                ran.append(self._crawl(slot))
        return ran

    def _step(self) -> None:
        now = self._world.now()
        was_set_back, self._seen_at = now < self._seen_at, now
        if self._wake_at is None or was_set_back or now >= self._wake_at:
            self._wake_at = None
            # While a crawl without its loop is alive, claim no slot and declare no slot dead.
            if not self._world.has_orphan():
                slot = self._claim()
                if slot is not None:
                    self._crawl(slot)
                    return
                self._wake_at = self._next_due_at(now)
        self._beat()
        rest = min(LONGEST_WAIT, self._wake_at - now) if self._wake_at else LONGEST_WAIT
        self._world.wait(max(rest.total_seconds(), 0))

    def _claim(self, apart_from: Sequence[str] = ()) -> Slot | None:
        """Claim and return the slot that has been due longest. An aborted slot is resumed if nothing newer is due."""
        at = self._world.now()
        with open_state(self._home) as state:
            slots.note_schedules(state, self._schedules, at=at)
            for died in slots.running_slots(state):
                ended = slots.ended_runs(state, died)
                slots.end_slot(state, died, _state_of_runs(died, ended), exit_code=None, at=at)
            for slot, platforms, roster in self._due(state, at, apart_from):
                claimed = slots.claim(state, slot, platforms=platforms, roster=roster, at=at)
                if claimed:
                    return claimed
            for name in (*(schedule.name for schedule in self._schedules), RECHECK):
                latest = slots.latest_slot(state, name, at=at)
                if latest and latest.state == "aborted" and name not in apart_from:
                    claimed = slots.claim_again(state, latest)
                    if claimed:
                        return claimed
        return None

    def _due(
        self, state: sqlite3.Connection, at: datetime, apart_from: Sequence[str]
    ) -> list[tuple[Due, Sequence[str], str | None]]:
        """The slots that are due, each with its platforms and roster, the one that waits longest first."""
        found: list[tuple[Due, Sequence[str], str | None]] = []
        for schedule in self._schedules:
            if schedule.name not in apart_from:
                covered = slots.covered_until(state, schedule.name, at=at)
                slot = due(schedule, after=covered, at=at)
                if slot:
                    found.append((slot, schedule.platforms or self._everything, schedule.roster))
        looks = [look for look in self._open_rechecks(state, at) if look.slot <= at]
        if looks and RECHECK not in apart_from:
            platforms = sorted({platform for look in looks for platform in look.platforms})
            slot = Due(schedule=RECHECK, slot=looks[-1].slot, coalesced=len(looks) - 1, due_at=looks[0].slot)
            found.append((slot, platforms, None))
        return sorted(found, key=lambda item: item[0].due_at)

    def _crawl(self, slot: Slot) -> Slot:
        """Crawl what the slot has not crawled yet, and return it as it ended."""
        with open_state(self._home) as state:
            ended = slots.ended_runs(state, slot) if slot.attempts > 1 else {}
            left = [platform for platform in slot.platforms if platform not in ended]
            if not left:
                slots.end_slot(state, slot, _state_of_runs(slot, ended), exit_code=None, at=self._world.now())
                return slots.read_slot(state, slot.schedule, slot.slot)
            child = self._world.start(
                left,
                slot.roster,
                since=slot.slot,
                is_recheck=slot.schedule == RECHECK,
                shard=next((each.shard for each in self._schedules if each.name == slot.schedule), None),
            )
            slots.note_pid(state, slot, child.pid)
        self._on_event("started", slot)
        while (code := child.poll()) is None:
            self._beat()
            self._world.wait(LONGEST_WAIT.total_seconds())
        with open_state(self._home) as state:
            slots.end_slot(state, slot, self._state_of(code), exit_code=code, at=self._world.now())
            slot = slots.read_slot(state, slot.schedule, slot.slot)
        self._on_event("ended", slot)
        return slot

    def _state_of(self, exit_code: int) -> SlotState:
        match exit_code:
            case 0:
                return "complete"
            case code if code < 0 or code in _STOPPED or self._world.is_stopping:
                # The crawl was killed or stopped, with or without the loop. Its run continues when the slot is resumed.
                return "aborted"
            case 3:
                return "partial"
            case 75:
                return "busy"
            case _:
                return "failed"

    def _open_rechecks(self, state: sqlite3.Connection, now: datetime) -> list[Recheck]:
        """The slots for second looks that nobody has taken, ascending."""
        looked, tried = slots.looked_until(state, at=now), slots.claimed_until(state, RECHECK, at=now)
        return rechecks(self._second_looks(), looked=looked, tried=tried, at=now)

    def _next_due_at(self, now: datetime) -> datetime | None:
        with open_state(self._home) as state:
            covered = {s.name: slots.covered_until(state, s.name, at=now) for s in self._schedules}
            looks = [look.slot for look in self._open_rechecks(state, now) if look.slot > now]
        found = [next_due_at(schedule, after=covered[schedule.name], at=now) for schedule in self._schedules]
        # Another process may crawl too, and find accounts gone.
        return min([*(at for at in found if at), *looks, now + _LONGEST_TRUST])

    def _beat(self, *, has_ended: bool = False) -> None:
        if not self._beats:
            return
        now = self._world.now()
        is_time = self._beat_at is None or not self._beat_at <= now < self._beat_at + self._beat_every
        if is_time or has_ended:
            self._beat_at = now
            with open_state(self._home) as state:
                slots.beat(state, pid=self._world.pid, started_at=self._started_at, at=now, has_ended=has_ended)


def _state_of_runs(slot: Slot, ended: dict[str, str]) -> SlotState:
    """The state of a slot whose end was not noticed."""
    if set(slot.platforms) - ended.keys():
        return "aborted"
    return "complete" if set(ended.values()) == {"complete"} else "partial"
