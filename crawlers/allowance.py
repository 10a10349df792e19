"""A host's limit for one kind of question, besides its rate: so many questions in any span of some length."""

import asyncio
from collections import deque
from time import monotonic
from typing import NamedTuple


class Allowance(NamedTuple):
    """At most `questions` in any `seconds`."""

    questions: int
    seconds: float


class Budget:
    """Grants questions in the order in which they wait.

    A question counts from when it is let through until a whole span after its answer: it reached the host some time between.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._answered: deque[float] = deque()
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def reserve(self) -> None:
        """Wait until one more question may be sent. The caller then calls `answered`, or `drop` if it did not send it."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        self._release()
        await mine

    def answered(self) -> None:
        """Note that a question has its answer, or will have none."""
        self._answered.append(monotonic())
        self.drop()

    def drop(self) -> None:
        """Note that a granted question was not sent."""
        self._open -= 1
        self._release()

    def turn_away(self, error: BaseException) -> None:
        """Fail all questions that wait."""
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
