"""Positions on an axis of days that is to scale between two gutters that are not to scale.

A position is the wall-clock time of a mark in its own zone, in milliseconds, as if it were UTC. So no browser's zone
moves it, and a day has one place in every zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from analytics.measures.phrases import first_day
from kooch.times import start_of

DAY = 86_400_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The stretch of days that is to scale, [start, end); before and after it lies a gutter. `zone` is that of the list."""

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
    def unit(self) -> float:
        """The width of a day in a window of 33 days. Gutters and the marks in them have the same width in all
        windows."""
        return (self.end_at - self.start_at) / 33

    @property
    def year(self) -> int | None:
        """The year of all days that are to scale, which labels need not name; None: there are several."""
        return self.start.year if self.start.year == (self.end - timedelta(days=1)).year else None

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Position and words of each line: a week, a month, or some years apart, as many as can be told apart."""
        days = (self.end - self.start).days
        if days <= 49:
            weeks = [self.start + timedelta(days=7 * n) for n in range(6)]
            return [(wall(day), f"{day.day} {day:%b}") for day in weeks if wall(day) + 7 * DAY / 2 < self.end_at]
        firsts = [date(year, month, 1) for year in range(self.start.year, self.end.year + 1) for month in range(1, 13)]
        inside = [day for day in firsts if self.start <= day and wall(day) < self.end_at - 3 * self.unit]
        years = [day for day in inside if day.month == 1]
        if len(years) > 2:
            return [(wall(day), f"{day.year}") for day in years[:: -(-len(years) // 8)]]
        return [(wall(day), f"{day:%b %Y}") for day in inside[:: max(1, -(-len(inside) // 6))]]

    @property
    def launch(self) -> tuple[str, str]:
        """What is known about the platform's beginning, in two lines."""
        return ("launch in", f"{self.opened:%B %Y}") if self.opened else ("its launch,", "day unknown")

    @property
    def left(self) -> float:
        """Position at which the earlier gutter begins."""
        return self.start_at - 5 * self.unit

    @property
    def right(self) -> float:
        """Position at which the later gutter ends."""
        return self.end_at + 9 * self.unit

    def place(self, instant: datetime, zone: str) -> float:
        """Where to draw an instant that a source gives in `zone`."""
        day = first_day(instant, zone)
        at = wall(day) + (instant - start_of(day, zone)).total_seconds() * 1000
        start, end = wall(self.start), wall(self.end)
        if at > end:
            return end + 0.8 * self.unit
        if at >= start:
            return at
        opened = wall(self.opened or self.start - timedelta(days=365))
        return max(self.left + 0.3 * self.unit, start - 5 * self.unit * (start - at) / max(start - opened, 1.0))


def wall(day: date) -> float:
    """A day's start as a position."""
    return datetime.combine(day, datetime.min.time(), UTC).timestamp() * 1000
