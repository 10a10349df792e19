"""Compares the change around a day with other days: a rank among placebo dates, which series with memory do not
fool."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log

WINDOW = 56
"""Days before and after: eight weeks."""
APART = 112
"""Placebo dates are so many days or more away from the event: their windows hold nothing of its."""
FEWEST = 19
"""With fewer placebo dates no change is rare enough for 5 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How many there were in the window before a day and in the window that begins with it; `ratio` is the logarithm of
    their ratio."""

    day: int
    before: int
    after: int
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The change around the event, those around placebo dates, and `p`: how rare so large a change is among all. None:
    there are too few."""

    event: Change
    placebos: tuple[Change, ...]
    p: float | None


def study(
    days: Sequence[int], event: int, *, first: int, last: int, counts: Sequence[int] | None = None
) -> Study | None:
    """Compare the change around `event` with that around every seventh day at least 16 weeks away from it.

    `days` are the days, as ordinals, on which something happened, sorted; `counts` says how often on each day. Without it, once.
    The days are complete from `first` to `last`, both included. None where the windows around `event` reach beyond that.
    Half is added to each count, so that none has no ratio. p = (1 + placebo dates whose change is at least as large, up or
    down) / (1 + all of them).
    """
    if event - WINDOW < first or event + WINDOW - 1 > last:
        return None
    weeks_before, weeks_after = (event - WINDOW - first) // 7, (last + 1 - WINDOW - event) // 7
    dates = [event + 7 * week for week in range(-weeks_before, weeks_after + 1)]
    so_far = [0, *accumulate(counts or [1] * len(days))]
    around = _change(days, so_far, event)
    placebos = tuple(_change(days, so_far, date) for date in dates if abs(date - event) >= APART)
    as_large = sum(abs(placebo.ratio) >= abs(around.ratio) for placebo in placebos)
    p = (1 + as_large) / (1 + len(placebos)) if len(placebos) >= FEWEST else None
    return Study(event=around, placebos=placebos, p=p)


def _change(days: Sequence[int], so_far: Sequence[int], day: int) -> Change:
    """The counts before `day` and from `day` on. `so_far` says how much happened on days before each of `days`."""
    start, middle, end = (bisect_left(days, edge) for edge in (day - WINDOW, day, day + WINDOW))
    before, after = so_far[middle] - so_far[start], so_far[end] - so_far[middle]
    return Change(day=day, before=before, after=after, ratio=log((after + 0.5) / (before + 0.5)))
