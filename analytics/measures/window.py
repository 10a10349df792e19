"""Positions on an axis of days that is to scale between two gutters that are not.

A position is the wall-clock time in the axis's zone, in milliseconds, as if it were UTC: no browser's zone moves it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from analytics.measures.phrases import first_day
from kooch.times import start_of

DAY = 86_400_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The stretch of days that is to scale, [start, end), in `zone`; before and after it lies a gutter."""

    start: date
    end: date
    zone: str
    opened: date | None = None

    @property
    def start_at(self) -> float:
        """Position of the first instant that is to scale."""
        return wall(self.start)

    @property
    def end_at(self) -> float:
        """Position of the end of what is to scale."""
        return wall(self.end)

    @property
    def launch(self) -> tuple[str, str]:
        """What is known of the platform's beginning, in two lines."""
        return ("launch in", f"{self.opened:%B %Y}") if self.opened else ("a launch", "unknown")

    @property
    def left(self) -> float:
        """Position at which the earlier gutter begins."""
        return wall(self.start) - 5 * DAY

    @property
    def right(self) -> float:
        """Position at which the later gutter ends."""
        return wall(self.end) + 9 * DAY

    def place(self, instant: datetime | None) -> float:
        """Where an instant is drawn; None is before everything."""
        if instant is None:
            return self.left
        local = datetime.combine(first_day(instant, self.zone), datetime.min.time(), UTC)
        at = wall(local.date()) + (instant - start_of(local.date(), self.zone)).total_seconds() * 1000
        start, end = wall(self.start), wall(self.end)
        if at > end:
            return end + 0.8 * DAY
        if at >= start:
            return at
        opened = wall(self.opened or self.start - timedelta(days=365))
        return max(self.left + 0.3 * DAY, start - 5 * DAY * (start - at) / max(start - opened, 1.0))


def wall(day: date) -> float:
    """A day's start as a position."""
    return datetime.combine(day, datetime.min.time(), UTC).timestamp() * 1000
