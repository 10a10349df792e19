"""The targets of a crawl: those that wait in lanes, those that are asked about, and those without an outcome."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kooch.store.outcomes import Target

MOST_OPEN = 2000
"""Targets under way at once: enough to keep every host busy, few enough that memory does not grow with the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Targets that wait for each other, such as those of one server of a platform with many."""

    name: str
    waiting: deque[Target] = field(default_factory=deque)


class Queue:
    """Hands out lanes in turn. `most_open` targets of one lane may be under way, and `MOST_OPEN` of all of them."""

    def __init__(self, targets: Iterable[Target], *, lane_of: Callable[[Target], str], most_open: int) -> None:
        self._open = {target.key: target for target in targets}
        self._most_open = most_open
        self._under_way: dict[str, str] = {}
        """Keys of targets, each with the name of its lane."""
        self._load: Counter[str] = Counter()
        self._has_room = asyncio.Event()
        lanes: dict[str, Lane] = {}
        for target in self._open.values():
            name = lane_of(target)
            lanes.setdefault(name, Lane(name=name)).waiting.append(target)
        self._lanes = deque(lanes.values())

    @property
    def open(self) -> list[Target]:
        """The targets without an outcome."""
        return list(self._open.values())

    async def next_lane(self) -> Lane | None:
        """The next lane that has targets and room for them; None when no target waits any more."""
        while True:
            while self._lanes and not self._lanes[0].waiting:
                self._lanes.popleft()
            if not self._lanes:
                return None
            if len(self._under_way) < MOST_OPEN:
                for _ in range(len(self._lanes)):
                    lane = self._lanes[0]
                    self._lanes.rotate(-1)
                    if lane.waiting and self._load[lane.name] < self._most_open:
                        return lane
            self._has_room.clear()
            await self._has_room.wait()

    def send(self, targets: Iterable[Target], lane: Lane) -> None:
        """Note that targets of a lane are under way."""
        for target in targets:
            self._under_way[target.key] = lane.name
            self._load[lane.name] += 1

    def settle(self, target: Target) -> bool:
        """Close a target. Returns whether it had no outcome yet."""
        lane = self._under_way.pop(target.key, None)
        if lane is not None:
            self._load[lane] -= 1
        self._has_room.set()
        return self._open.pop(target.key, None) is not None
