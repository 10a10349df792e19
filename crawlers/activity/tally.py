"""What a look has listed so far: days and counts. Texts never come here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from kooch.store.outcomes import Before, Cover, PostedDay

_DAY = timedelta(days=1)
_FULL_EVERY = timedelta(weeks=13)
"""How often everything is read again, because a deletion and an import between two looks hide each other."""
AHEAD = timedelta(minutes=2)
"""A post dated later than this after the question is dated in the future: https://docs.bsky.app/docs/advanced-guides/timestamps."""


class Item(NamedTuple):
    """One listed post: when it came by its server (None: unknown), whether that is credible, and its kind."""

    at: datetime | None
    is_believed: bool = True
    is_reply: bool = False
    is_repost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the answers of one look list, which began at `asked_at`.

    `listed` and `listed_lately` leave out posts of the future, because not every answer has them. `oldest_at` is the
    oldest time that is believed. `is_sorted`: all items came in order, the newest first, even those that are not
    believed.
    """

    asked_at: datetime
    days: tuple[PostedDay, ...] = ()
    listed: int = 0
    listed_lately: int = 0
    undated: int = 0
    oldest_at: datetime | None = None
    last_at: datetime | None = None
    is_sorted: bool = True
    pages: int = 0

    def add(self, items: Iterable[Item]) -> "Tally":
        """The tally with one more answer."""
        days = {posted.day: posted for posted in self.days}
        listed, lately, undated, oldest_at = self.listed, self.listed_lately, self.undated, self.oldest_at
        last_at, is_sorted = self.last_at, self.is_sorted
        for item in items:
            if item.at is not None:
                is_sorted = is_sorted and (last_at is None or item.at <= last_at)
                last_at = item.at
            is_future = item.at is not None and item.at > self.asked_at + AHEAD
            listed += not is_future
            lately += item.at is not None and not is_future and item.at >= lately_from(self.asked_at)
            if item.at is None or is_future or not item.is_believed:
                undated += 1
                continue
            oldest_at = min(item.at, oldest_at or item.at)
            posted = days.get(item.at.date(), PostedDay(day=item.at.date()))
            kind = "reposts" if item.is_repost else "replies" if item.is_reply else "posts"
            days[posted.day] = replace(posted, **{kind: getattr(posted, kind) + 1})
        return replace(
            self,
            days=tuple(days.values()),
            listed=listed,
            listed_lately=lately,
            undated=undated,
            oldest_at=oldest_at,
            last_at=last_at,
            is_sorted=is_sorted,
            pages=self.pages + 1,
        )

    def cover_from(self, instant: datetime) -> tuple[Cover, ...]:
        """What the look covers if it has listed everything since `instant`: nothing if that is not a span."""
        if instant >= self.asked_at:
            return ()
        return (Cover(covers_from=instant, covers_to=self.asked_at),)

    def cover_if_broken_off(self) -> tuple[Cover, ...]:
        """What the look covers if it stops here, reading the newest first: from the day after the oldest post on."""
        if self.last_at is None or not self.is_sorted:
            return ()
        return self.cover_from(midnight(self.last_at) + _DAY)


def midnight(instant: datetime) -> datetime:
    """The start of an instant's day in UTC."""
    return datetime.combine(instant.astimezone(UTC).date(), time(), UTC)


def lately_from(looked_at: datetime) -> datetime:
    """From when the next look after `looked_at` reads again: the day before, because the day of the look was not over."""
    return midnight(looked_at) - _DAY


def wants_all(before: Before, at: datetime) -> bool:
    """Whether everything is read, and not only what came since the last look."""
    return before.looked_at is None or before.full_at is None or at - before.full_at >= _FULL_EVERY
