"""A follower count as a report prints it → a number, and how far it may be rounded."""

import re

from kooch.counts import Count, NotACountError, read_count

_FOLLOWERS = re.compile(r"(?P<count>\S.*?) followers(?: in \S.*)?", re.DOTALL)
_MOST = 2**31 - 1


def read_followers(reported: str) -> Count:
    """The count in `<count> followers`, which may go on with ` in …`, a span of time. English words, Indian ones too.

    A report is as exact as its last digit that is no zero: 51,000 is rounded to thousands, as 51K is. "Over 1 million"
    is no number: a milestone is written as its number, and read like any other that is as round. Raises NotACountError.
    """
    found = _FOLLOWERS.fullmatch(reported)
    if found is None:
        raise NotACountError(reported, "it is not '<count> followers'")
    count = read_count(found["count"], "en")
    if not 0 <= count.value <= _MOST:
        raise NotACountError(reported, "no platform has so many people")
    return Count(value=count.value, precision=count.precision or _half_of_zeros(count.value))


def _half_of_zeros(value: int) -> int | None:
    """Half of the place of the last digit that is no zero; None where that is a single one, or the number is zero."""
    digits = str(value)
    place: int = 10 ** (len(digits) - len(digits.rstrip("0")))
    return place // 2 if value and place > 1 else None
