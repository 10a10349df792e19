"""Numbers, days and intervals as people write them."""

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
    return f"{day.day} {day:%b}" if day.year == of_year else f"{day.day} {day:%b %Y}"


def days(first: date, last: date | None, *, of_year: int | None = None) -> str:
    """`9 Feb 2021`, `2–3 Feb 2021`, `4 Jun 2021 – 13 Jan 2022`."""
    if last is None or last == first:
        return short_day(first, of_year=of_year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{short_day(last, of_year=of_year)}"
    return f"{short_day(first, of_year=last.year)} – {short_day(last, of_year=of_year)}"


def first_day(not_before: datetime, zone: str) -> date:
    """The day in `zone` on which an interval starts."""
    return not_before.astimezone(ZoneInfo(zone)).date()


def last_day(before: datetime, zone: str) -> date:
    """The last day in `zone` of an interval that is open at `before`."""
    return (before.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()


def interval(not_before: datetime | None, before: datetime | None, zone: str, *, of_year: int | None = None) -> str:
    """A half-open interval in words: `9 Feb 2021`, `Aug 2020`, `by 8 Feb 2021`, `29 Jan – 8 Feb 2021`, `undated`."""
    first = first_day(not_before, zone) if not_before else None
    last = last_day(before, zone) if before else None
    if last is None:
        return f"from {short_day(first, of_year=of_year)}" if first else "undated"
    if first is None:
        return f"by {short_day(last, of_year=of_year)}"
    if first == last:
        return short_day(last, of_year=of_year)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and (last + timedelta(days=1)).day == 1:
        return f"{last:%b %Y}"
    return days(first, last, of_year=of_year)
