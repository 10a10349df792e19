"""Numbers, days and intervals as people write them."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def in_words(number: int) -> str:
    """`number` as a word up to twelve, then in figures with thousands separated."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def counted(number: int, one: str, many: str) -> str:
    """`1 person`, `6 people`."""
    return f"{number:,} {one if number == 1 else many}"


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def long_day(day: date) -> str:
    """`10 February 2021`."""
    return f"{day.day} {day:%B %Y}"


def moment(at: datetime) -> str:
    """`10 February 2021, 08:30 UTC`; `at` is in UTC."""
    return f"{long_day(at.date())}, {at:%H:%M} UTC"


def short_day(day: date, *, of_year: int | None = None) -> str:
    """`10 Feb 2021`, or `10 Feb` in the year `of_year`."""
    return _day(day, of_year, "%b")


_ISO_DAY = re.compile(r"(?<![\w/.=-])\d{4}-\d{2}-\d{2}(?![\w/-])")


def with_days_in_words(text: str) -> str:
    """A citation with `2021-02-09` as `9 February 2021`. Addresses stay as they are."""
    return _ISO_DAY.sub(lambda found: _in_words(found[0]), text)


def _in_words(day: str) -> str:
    try:
        return long_day(date.fromisoformat(day))
    except ValueError:  # only looks like a day
        return day


def days(first: date, last: date | None, *, of_year: int | None = None, month: str = "%b") -> str:
    """`9 Feb 2021`, `2–3 Feb 2021`, `4 Jun 2021 – 13 Jan 2022`. With the `month` %B they are written out, as in prose."""
    if last is None or last == first:
        return _day(first, of_year, month)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last, of_year, month)}"
    return f"{_day(first, last.year, month)} – {_day(last, of_year, month)}"


def _day(day: date, of_year: int | None, month: str) -> str:
    return f"{day.day} {day:{month}}" if day.year == of_year else f"{day.day} {day:{month} %Y}"


def first_day(not_before: datetime, zone: str) -> date:
    """The day in `zone` on which an interval starts."""
    return not_before.astimezone(ZoneInfo(zone)).date()


def last_day(before: datetime, zone: str) -> date:
    """The last day in `zone` of an interval that is open at `before`."""
    return (before.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()


Zones = str | tuple[str, str]
"""The time zone of an interval's days, or one for its start and one for its end."""


def ends_of(not_before: datetime | None, before: datetime | None, zones: Zones) -> tuple[date | None, date | None]:
    """The first and the last day of a half-open interval, each in the zone of what it rests on; None: open."""
    of_start, of_end = in_order(not_before, before, zones)
    return first_day(not_before, of_start) if not_before else None, last_day(before, of_end) if before else None


def in_order(not_before: datetime | None, before: datetime | None, zones: Zones) -> tuple[str, str]:
    """The time zone of the start of a half-open interval and that of its end, in which the start is not the later day."""
    of_start, of_end = (zones, zones) if isinstance(zones, str) else zones
    if not_before and before and first_day(not_before, of_start) > last_day(before, of_end):
        # A day east of Greenwich begins before the one west of it has ended: only one zone puts them in order.
        return of_end, of_end
    return of_start, of_end


def interval(
    not_before: datetime | None, before: datetime | None, zones: Zones, *, of_year: int | None = None, month: str = "%b"
) -> str:
    """A half-open interval in words: `9 Feb 2021`, `Aug 2020`, `by 8 Feb 2021`, `29 Jan – 8 Feb 2021`, `undated`.

    With the `month` %B days are written out, as in prose.
    """
    first, last = ends_of(not_before, before, zones)
    if last is None:
        return f"from {_day(first, of_year, month)}" if first else "undated"
    if first is None:
        return f"by {_day(last, of_year, month)}"
    if first == last:
        return _day(last, of_year, month)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and (last + timedelta(days=1)).day == 1:
        return f"{last:{month} %Y}"
    return days(first, last, of_year=of_year, month=month)


def silence(move: str, day: date, last_posted_on: date, blocked_days: int) -> str:
    """Both days of a silence: `last post 3 March 2025; counted as dormant since 2 June 2025 (dormant91@1)`. All days are in UTC."""
    last = f"last post {long_day(last_posted_on)}"
    if move == "dormant":
        both_days = f"{last}; counted as dormant since {long_day(day)} (dormant91@1)"
    else:
        both_days = f"on {long_day(day)}; {last} before that (returned91@1)"
    if not blocked_days:
        return both_days
    held_up = "1 day does" if blocked_days == 1 else f"{blocked_days:,} days do"
    return f"{both_days}; {held_up} not count, because the country blocked the platform"
