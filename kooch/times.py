"""Days, zones and instants: a day in a source is a half-open interval in that source's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The current instant in UTC, to the microsecond DuckDB stores."""
    return datetime.now(UTC)


def start_of(day: date, zone: str) -> datetime:
    """The first instant of `day` in the IANA zone `zone`, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The instant after `day` in the IANA zone `zone`, in UTC: the open end of a half-open interval."""
    return start_of(day + timedelta(days=1), zone)
