"""What a host allows of one kind of question in any span of some length, beside its rate: so many, then a pause."""

import asyncio
from collections import deque
from time import monotonic
from typing import NamedTuple


class Allowance(NamedTuple):
    """At most `questions` in any `seconds`."""

    questions: int
    seconds: float


class Budget:
    """Hands out an allowance in the order of asking.

    A question counts from when it is let through until a whole span after its answer: it reached the host some time between.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._answered: deque[float] = deque()
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def reserve(self) -> None:
        """Wait until one more may be sent. Whoever was let through calls `answered`, or `drop` for what was not sent."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        self._release()
        await mine

    def answered(self) -> None:
        """A question has its answer, or will have none."""
        self._answered.append(monotonic())
        self.drop()

    def drop(self) -> None:
        """A question that was let through was not sent."""
        self._open -= 1
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
        while self._answered and self._answered[0] <= at - self._allowance.seconds:
            self._answered.popleft()
        while self._waiting and len(self._answered) + self._open < self._allowance.questions:
            mine = self._waiting.popleft()
            if not mine.done():
                self._open += 1
                mine.set_result(None)
        if self._waiting and self._answered:
            due = self._answered[0] + self._allowance.seconds
            self._timer = asyncio.get_running_loop().call_later(due - at, self._release)
