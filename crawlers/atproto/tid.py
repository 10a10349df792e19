"""Record keys of the AT Protocol that hold a time: https://atproto.com/specs/tid.

The writer of a record chooses its key, so the time in it is a claim.
"""

import re
from datetime import UTC, datetime, timedelta

_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLOCK_BITS = 10


def tid_of(at: datetime) -> str:
    """The first key of an instant: keys of that instant and later ones sort at or after it, as text."""
    number = (at - _EPOCH) // _MICROSECOND << _CLOCK_BITS
    return "".join(_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def tid_at(key: str) -> datetime | None:
    """The instant in a key; None for a key that holds none, or none that a store takes."""
    if not _TID.fullmatch(key):
        return None
    number = 0
    for letter in key:
        number = number << 5 | _LETTERS.index(letter)
    at = _EPOCH + (number >> _CLOCK_BITS) * _MICROSECOND
    return at if 2000 <= at.year < 2200 else None
