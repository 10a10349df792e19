"""What a host allows of one kind of question in any span of some length, beside its rate: so many, then a pause."""

import asyncio
from collections import deque
from time import monotonic
from typing import NamedTuple

_LATE_SHARE = 0.01
"""A span is taken to be so much longer: what is sent evenly does not arrive evenly."""


class Allowance(NamedTuple):
    """At most `questions` in any `seconds`."""

    questions: int
    seconds: float


class Budget:
    """Hands out an allowance in the order of asking. What was reserved counts from then on, and once sent for a whole span."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._span = allowance.seconds * (1 + _LATE_SHARE)
        self._sent: deque[float] = deque()
        self._reserved = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def reserve(self) -> None:
        """Wait until one more may be sent. Whoever has waited calls `spend`, whatever became of the question."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        self._release()
        try:
            await mine
        except BaseException:
            # `spend` takes it back, as it does of one that was let through.
            self._reserved += 1
            raise

    def spend(self) -> None:
        """Count a reserved question as sent now."""
        self._reserved -= 1
        self._sent.append(monotonic())
        self._release()

    def turn_away(self, error: BaseException) -> None:
        """Fail everybody who waits."""
        while self._waiting:
            mine = self._waiting.popleft()
            if not mine.done():
                mine.set_exception(error)

    def _release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = monotonic()
        while self._sent and self._sent[0] <= at - self._span:
            self._sent.popleft()
        while self._waiting and len(self._sent) + self._reserved < self._allowance.questions:
            mine = self._waiting.popleft()
            if not mine.done():
                self._reserved += 1
                mine.set_result(None)
        if self._waiting and self._sent:
            self._timer = asyncio.get_running_loop().call_later(self._sent[0] + self._span - at, self._release)
