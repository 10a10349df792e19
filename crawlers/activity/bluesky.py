"""When a Bluesky account posted: the records of its own server, by their keys.

A record's key holds a time, and so does the record itself. Its owner writes both, so neither is believed by itself: a post
counts for the day of its key if the record is dated within a day of that, and if the key is neither older than the account
nor of the future. Dates from the AppView are never read, because it repeats what owners wrote.

`listRecords` lists by key, newest first: https://docs.bsky.app/docs/api/com-atproto-repo-list-records. Its cursor may be any
key, also one made of a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.activity.tally import AHEAD, Item, Tally, lately_from, midnight, wants_all
from crawlers.atproto.directory import is_plc, read_history
from crawlers.atproto.tid import tid_at, tid_of
from crawlers.base import PlatformSpider
from crawlers.questions import Result
from crawlers.reading import UnreadableError, as_instant, as_list, as_object, as_text, parse_json
from kooch.config import Settings
from kooch.store.outcomes import Before, Cover, Failed, Looked, PostedDay, Target
from kooch.times import now

_POSTS = "app.bsky.feed.post"
_PAGE = 100
"""The most records that an answer lists; 101 are refused."""
_FARTHEST_APART = timedelta(days=1)
"""A record that is dated further from its own key has no credible day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The state of a look at an account: its server, and what was listed so far. `is_elsewhere` says that the directory named the server."""

    server: str
    before: Before
    tally: Tally
    is_elsewhere: bool = False


class BlueskyActivitySpider(PlatformSpider):
    """Asks each account's own server: once if nothing is new, otherwise once for every hundred posts."""

    name = "bluesky-activity"
    platform = "bluesky"
    most_open = 8
    has_deadline = False

    @classmethod
    def forecast(cls, settings: Settings, targets: Sequence[Target]) -> Mapping[str, int]:
        at, found = now(), dict[str, int]()
        for target in targets:
            if target.before and target.server:
                pages = -(-(target.before.posts or 0) // _PAGE) if wants_all(target.before, at) else 1
                found[target.server] = found.get(target.server, 0) + max(1, min(pages, settings.activity.pages))
        return found

    @classmethod
    def lane_of(cls, target: Target) -> str:
        return target.server or ""

    def fault_of(self, target: Target) -> Failed | None:
        if target.server and target.native_id and target.before:
            return None
        return Failed(cause="unexpected_answer", detail="the server of the account is not known", attempts=0)

    def ask(self, batch: Sequence[Target]) -> Iterator[Request]:
        # The clock is read once. What is asked, and what the look covers, follow from it.
        asked_at = now()
        for target in batch:
            assert target.before is not None  # noqa: S101 -- `fault_of` let it pass
            reading = _Reading(server=str(target.server), before=target.before, tally=Tally(asked_at=asked_at))
            yield self._begin(target, reading)

    def _begin(self, target: Target, reading: _Reading) -> Request:
        if wants_all(reading.before, reading.tally.asked_at):
            return self._ask_all(target, reading)
        return self._ask_new(target, reading, _window_from(reading))

    # Posts since the last look, the oldest first.

    def read_new(self, response: Response, target: Target, *, reading: _Reading) -> Iterator[Result | Request]:
        """Posts since the day before the last look. If the counts do not add up, everything is read again."""
        if response.status == 400:
            yield from self._refused(response, target, reading)
            return
        records = _records(response, target)
        tally = reading.tally.add(_item(record, reading) for record in records)
        reading = replace(reading, tally=tally)
        last = _last_key(records)
        if len(records) >= _PAGE and last is not None and last < _end(reading):
            yield self._ask_new(target, reading, last)
            return
        before = reading.before
        listed = None
        if before.listed is not None and before.listed_lately is not None:
            listed = before.listed - before.listed_lately + tally.listed
        counted_more = None if listed is None or before.posts is None else before.posts - listed
        look = Looked(
            native_id=target.native_id,
            server=reading.server,
            kinds="posts",
            is_complete=True,
            covers=tally.cover_from(lately_from(before.looked_at or tally.asked_at)),
            undated=tally.undated,
            days=tally.days,
        )
        if counted_more == before.counted_more:
            whole = replace(look, listed=listed, listed_lately=tally.listed_lately, counted_more=counted_more)
            yield Result(target, whole)
        else:
            # Something older was deleted or imported. If it cannot be read, the new posts are known at least.
            yield self._ask_all(
                target,
                replace(reading, tally=Tally(asked_at=tally.asked_at)),
                otherwise=replace(look, is_complete=False),
            )

    # All posts, the newest first.

    def read_all(
        self, response: Response, target: Target, *, reading: _Reading, otherwise: Looked | None
    ) -> Iterator[Result | Request]:
        """Read a page of all posts, then the next, until there is none or the limit for one account is reached."""
        if response.status == 400:
            if otherwise is not None:
                raise UnreadableError("refused", "answers 400")
            yield from self._refused(response, target, reading)
            return
        records = _records(response, target)
        tally = reading.tally.add(_item(record, reading) for record in records)
        reading = replace(reading, tally=tally)
        last = _last_key(records)
        if len(records) < _PAGE or last is None:
            yield Result(target, _all_of(target, reading))
            return
        broken_off = _part_of(target, reading)
        if tally.pages < self.job.settings.activity.pages:
            yield self._ask_all(target, reading, until=min(last, _end(reading)), otherwise=broken_off)
        else:
            yield self._ask_first(target, reading, otherwise=broken_off)

    def read_first(
        self, response: Response, target: Target, *, reading: _Reading, otherwise: Looked
    ) -> Iterator[Result | Request]:
        """Read the first post since the account was opened, if not all were read. There is none before it."""
        records = _records(response, target)
        first = [item for item in (_item(record, reading) for record in records) if item.at and item.is_believed]
        if len(records) != 1 or not first or first[0].at is None:
            yield Result(target, otherwise)
            return
        day = midnight(first[0].at)
        opened_at = midnight(reading.before.opened_at)
        covers = (Cover(covers_from=opened_at, covers_to=day),) if opened_at < day else ()
        known = {posted.day for posted in otherwise.days}
        least = PostedDay(day=day.date(), posts=int(not first[0].is_reply), replies=int(first[0].is_reply))
        days = otherwise.days if least.day in known else (least, *otherwise.days)
        yield Result(target, replace(otherwise, covers=(*covers, *otherwise.covers), days=days))

    # Accounts that their server does not show.

    def _refused(self, response: Response, target: Target, reading: _Reading) -> Iterator[Request]:
        """Ask where the account is now, because 400 only says that the server does not list it."""
        error = parse_json(response, dict).get("error")
        if reading.is_elsewhere or not is_plc(target.native_id):
            raise UnreadableError("refused", f"answers 400, {ascii(error)[:60]}")
        url = f"{str(self.job.settings.bluesky.plc).rstrip('/')}/{target.native_id}/log/audit"
        yield self.question(url, partial(self.read_whereabouts, reading=reading), target)

    def read_whereabouts(self, response: Response, target: Target, *, reading: _Reading) -> Iterator[Request]:
        """The account has moved to another server, or the one that was asked does not list it, whatever the reason."""
        history = read_history(parse_json(response, list), target.native_id or "")
        if history.server is None or history.server == reading.server:
            raise UnreadableError("refused", f"{reading.server} does not list the account, and no other has it")
        asked_at = reading.tally.asked_at
        moved = replace(reading, server=history.server, is_elsewhere=True, tally=Tally(asked_at=asked_at))
        yield self._begin(target, moved)

    # Questions.

    def _ask_new(self, target: Target, reading: _Reading, since: str) -> Request:
        url = _url(reading.server, target, reverse="true", cursor=since)
        return self.question(url, partial(self.read_new, reading=reading), target, statuses=(200, 400))

    def _ask_all(
        self, target: Target, reading: _Reading, *, until: str | None = None, otherwise: Looked | None = None
    ) -> Request:
        url = _url(reading.server, target, **({"cursor": until} if until else {}))
        read = partial(self.read_all, reading=reading, otherwise=otherwise)
        return self.question(url, read, target, statuses=(200, 400), otherwise=otherwise)

    def _ask_first(self, target: Target, reading: _Reading, *, otherwise: Looked) -> Request:
        url = _url(reading.server, target, limit=1, reverse="true", cursor=tid_of(reading.before.opened_at))
        read = partial(self.read_first, reading=reading, otherwise=otherwise)
        return self.question(url, read, target, otherwise=otherwise)


def _url(server: str, target: Target, **more: str | int) -> str:
    asked = {"repo": str(target.native_id), "collection": _POSTS, "limit": _PAGE} | more
    return f"{server.rstrip('/')}/xrpc/com.atproto.repo.listRecords?{urlencode(asked)}"


def _window_from(reading: _Reading) -> str:
    return tid_of(lately_from(reading.before.looked_at or reading.tally.asked_at))


def _end(reading: _Reading) -> str:
    """The first key of the future."""
    return tid_of(reading.tally.asked_at + AHEAD)


def _records(response: Response, target: Target) -> list[dict[str, Any]]:
    records = [as_object(record) for record in as_list(parse_json(response, dict)["records"])]
    if any(as_text(record["uri"]).split("/")[2] != target.native_id for record in records):
        raise UnreadableError("unexpected_answer", "lists the records of another account")
    return records


def _last_key(records: list[dict[str, Any]]) -> str | None:
    return _key(records[-1]) if records else None


def _key(record: dict[str, Any]) -> str:
    return as_text(record["uri"]).rpartition("/")[2]


def _item(record: dict[str, Any], reading: _Reading) -> Item:
    """When a record came, and whether it is a reply. Nothing else of it is read."""
    value = as_object(record["value"])
    at = tid_at(_key(record))
    dated_at = _date_of(value)
    is_believed = (
        at is not None
        and dated_at is not None
        and at >= reading.before.opened_at - _FARTHEST_APART
        and abs(dated_at - at) <= _FARTHEST_APART
    )
    return Item(at, is_believed=is_believed, is_reply="reply" in value)


def _date_of(value: dict[str, Any]) -> datetime | None:
    """The date that a record gives itself; None if it is not a date, and the record is then not believed."""
    try:
        return as_instant(value.get("createdAt"))
    except (TypeError, ValueError, OverflowError):
        return None


def _all_of(target: Target, reading: _Reading) -> Looked:
    """A look that has listed everything since the account was opened."""
    tally, posts = reading.tally, reading.before.posts
    return Looked(
        native_id=target.native_id,
        server=reading.server,
        kinds="posts",
        is_complete=True,
        covers=tally.cover_from(midnight(reading.before.opened_at)),
        listed=tally.listed,
        listed_lately=tally.listed_lately,
        undated=tally.undated,
        counted_more=None if posts is None else posts - tally.listed,
        days=tally.days,
    )


def _part_of(target: Target, reading: _Reading) -> Looked:
    """A look that was broken off: what it has listed, the newest first."""
    tally = reading.tally
    return Looked(
        native_id=target.native_id,
        server=reading.server,
        kinds="posts",
        is_complete=False,
        covers=tally.cover_if_broken_off(),
        undated=tally.undated,
        days=tally.days,
    )


SPIDER = BlueskyActivitySpider
