"""Knowledge as of a day: what the world could know by its end."""

from datetime import UTC, date, datetime

from kooch.times import end_of

EVERYTHING = datetime(9999, 1, 1, tzinfo=UTC)
"""An instant by which everything is known."""


def until(known_by: date | None, zone: str) -> datetime:
    """The instant after the day `known_by` in `zone`; without a day, EVERYTHING."""
    return end_of(known_by, zone) if known_by else EVERYTHING
