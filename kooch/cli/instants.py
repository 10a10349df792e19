"""Instants that a user types."""

from datetime import UTC, datetime

from kooch.errors import ConfigError
from kooch.times import FIRST_ARCHIVED, instant_of, now


def captured_instant(text: str) -> datetime:
    """The instant of `--captured-at`, in UTC. Raises ConfigError for an impossible instant or one without a time zone."""
    at = instant_of(text)
    if at is None:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
    if at is None or at.tzinfo is None or not FIRST_ARCHIVED <= at <= now():
        raise ConfigError(
            f"--captured-at is {text!r}, which is no instant between 1996 and now."
            " Write 2021-02-10T08:30:00Z, with the zone, or 20210210083000."
        )
    return at.astimezone(UTC)
