"""Days, zones and instants: a day in a source is a half-open interval in that source's zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

FIRST_ARCHIVED = datetime(1996, 1, 1, tzinfo=UTC)
"""The Internet Archive is not older: https://archive.org/about/."""
_SECONDS = re.compile(r"\d{1,20}(\.\d{1,9})?")
_TIMESTAMP = re.compile(r"(?<!\d)\d{14}(?!\d)", re.ASCII)


def now() -> datetime:
    """The current instant in UTC, to the microsecond DuckDB stores."""
    return datetime.now(UTC)


def start_of(day: date, zone: str) -> datetime:
    """The first instant of `day` in the IANA zone `zone`, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The instant after `day` in the IANA zone `zone`, in UTC: the open end of a half-open interval."""
    return start_of(day + timedelta(days=1), zone)


def instant_of(digits: str) -> datetime | None:
    """The instant of a timestamp of web archives, 14 digits in UTC; None for anything else."""
    if not _TIMESTAMP.fullmatch(digits):
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def instant_in_name(name: str) -> datetime | None:
    """When a file was archived, if its name holds exactly one timestamp of web archives."""
    found = [instant_of(digits) for digits in _TIMESTAMP.findall(name)]
    instants = [at for at in found if at is not None and FIRST_ARCHIVED <= at <= now()]
    return instants[0] if len(instants) == 1 else None


def read_pause(value: str, at: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, counted from `at`; None if it holds nothing usable."""
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    until = read_date(text)
    return None if until is None else max(0.0, (until - at).total_seconds())


def read_date(value: str) -> datetime | None:
    """The instant that a Date or Retry-After header names; None if it names none, or one beyond every calendar."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
