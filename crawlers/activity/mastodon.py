"""When an account of the Fediverse posted: the statuses that its own server lists to everybody.

Mastodon answers the newest 40 without a count against its second limit; every question that leads on from there counts
(300 in 15 minutes). Other software speaks the same API and not always by its rules: it ignores `min_id`, leaves out `Link`, or answers an
`max_id` it does not know from the top. So a post counts as the first only if the server has shown that there is none
before it, and an answer that repeats an earlier one ends the look there. Ids are taken from answers only, and times
from `created_at`.

Where the API refuses, the outbox says on which days something was posted. It need not list everything, so it covers nothing.

Documents: https://docs.joinmastodon.org/methods/accounts/#statuses, https://www.w3.org/TR/activitypub/#outbox;
limits: https://github.com/mastodon/mastodon/blob/020228d/config/initializers/rack_attack.rb.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.activity.tally import Item, Tally, lately_from, midnight, wants_all
from crawlers.allowance import Allowance
from crawlers.base import PlatformSpider
from crawlers.fediverse.addresses import ACTIVITY, server_of
from crawlers.questions import Result
from crawlers.reading import UnreadableError, as_instant, as_object, as_text, parse_json
from kooch.config import Settings
from kooch.platforms import ascii_host, describe_foreign_host
from kooch.store.outcomes import Before, Cover, Failed, Looked, PostedDay, Target
from kooch.times import now

_PAGE = 40
"""The most statuses that Mastodon lists in an answer."""
_REFUSED = (401, 403, 404, 410, 422)
"""What servers answer that show nothing to visitors, or do not speak this API."""
_PUBLIC = frozenset({"public", "unlisted"})
_OPENING_ERROR = timedelta(days=1)
_NEXT = re.compile(r"rel=\"?next\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The state of a look at an account: what was listed so far, and the ids, which are not kept afterwards."""

    server: str
    before: Before
    tally: Tally
    ids: frozenset[str] = frozenset()
    has_links: bool = False
    """Whether its server links one page to the next."""


class MastodonActivitySpider(PlatformSpider):
    """Asks each server about several accounts at a time, so that a question at the second limit keeps no other account waiting."""

    name = "mastodon-activity"
    platform = "mastodon"
    most_open = 4
    has_deadline = False

    @classmethod
    def allowance(cls, settings: Settings) -> Allowance | None:
        return Allowance(settings.mastodon.paging_requests, settings.mastodon.paging_seconds)

    @classmethod
    def forecast(cls, settings: Settings, targets: Sequence[Target]) -> Mapping[str, int]:
        at, found = now(), dict[str, int]()
        for target in targets:
            if target.before and target.server:
                pages = -(-(target.before.posts or 0) // _PAGE) if wants_all(target.before, at) else 1
                host = f"https://{target.server}"
                found[host] = found.get(host, 0) + max(1, min(pages, settings.activity.pages))
        return found

    def probe_url(self, origin: str) -> str:
        return f"{origin}/.well-known/nodeinfo"

    @classmethod
    def lane_of(cls, target: Target) -> str:
        return target.server or ""

    def fault_of(self, target: Target) -> Failed | None:
        host = ascii_host(target.server or "")
        if host is None or target.native_id is None or target.before is None:
            return Failed(cause="unexpected_answer", detail="the server of the account is not known", attempts=0)
        if reason := describe_foreign_host(host):
            return Failed(cause="refused", detail=f"{host} is {reason}", attempts=0)
        return None

    def ask(self, batch: Sequence[Target]) -> Iterator[Request]:
        # The clock is read once. What the look covers follows from it.
        asked_at = now()
        for target in batch:
            assert target.before is not None  # noqa: S101 -- `fault_of` let it pass
            server = ascii_host(target.server or "") or ""
            reading = _Reading(server=server, before=target.before, tally=Tally(asked_at=asked_at))
            if target.local_id is None:
                yield self._ask_actor(target, reading)
            else:
                yield self._ask_statuses(target, reading)

    # Statuses of the API, the newest first.

    def read_statuses(self, response: Response, target: Target, *, reading: _Reading) -> Iterator[Result | Request]:
        """Read a page of statuses, then the next, until there is none, the last look is reached, or enough was read."""
        if response.status != 200:
            if reading.tally.pages:
                raise UnreadableError("refused", f"answers {response.status}")
            yield self._ask_actor(target, reading)
            return
        statuses = _statuses(response, target)
        ids = [as_text(status["id"]) for status in statuses]
        if not ids and not reading.tally.pages and reading.before.posts:
            detail = f"lists nothing of an account whose profile counts {reading.before.posts:,}"
            raise UnreadableError("conflicting_answers", detail)
        if reading.ids & set(ids):
            # Reading on would go round in circles.
            yield Result(target, _look(target, reading, reading.tally.cover_if_broken_off(), is_complete=False))
            return
        tally = reading.tally.add(item for item in map(partial(_item, reading=reading), statuses) if item is not None)
        has_links = reading.has_links or response.headers.get("Link") is not None
        reading = replace(reading, tally=tally, ids=reading.ids | set(ids), has_links=has_links)
        covers, since = tally.cover_if_broken_off(), _met_at(reading)
        if _is_last(response, ids) and not has_links and len(reading.ids) < (reading.before.posts or 0):
            # It may list nothing because it cannot read `max_id`.
            yield Result(target, _look(target, reading, covers, is_complete=False))
        elif _is_last(response, ids):
            whole = tally.cover_from(midnight(reading.before.opened_at))
            yield Result(target, _look(target, reading, whole, listed=tally.listed, is_complete=True))
        elif since is not None and covers and covers[0].covers_from <= since:
            yield Result(target, _look(target, reading, covers, is_complete=True))
        elif tally.pages < self.job.settings.activity.pages:
            yield self._ask_statuses(target, reading, max_id=ids[-1])
        else:
            broken_off = _look(target, reading, covers, is_complete=False)
            read = partial(self.read_first, reading=reading, otherwise=broken_off)
            yield self._ask(target, reading, read, broken_off, min_id="0", limit="1")

    def read_first(
        self, response: Response, target: Target, *, reading: _Reading, otherwise: Looked
    ) -> Iterator[Result | Request]:
        """Read what the server gives as the first post. A server that ignores `min_id` gives the newest, so the post before it is checked."""
        statuses = _statuses(response, target)
        first = _item(statuses[-1], reading) if statuses else None
        if first is None or first.at is None or not first.is_believed:
            yield Result(target, otherwise)
            return
        read = partial(self.read_before_first, first=first, reading=reading, otherwise=otherwise)
        yield self._ask(target, reading, read, otherwise, max_id=as_text(statuses[-1]["id"]), limit="1")

    def read_before_first(
        self, response: Response, target: Target, *, first: Item, reading: _Reading, otherwise: Looked
    ) -> Iterator[Result]:
        """If nothing is before the first post, there was none since the account was opened."""
        oldest_at = reading.tally.oldest_at
        if _statuses(response, target) or first.at is None or (oldest_at is not None and first.at > oldest_at):
            yield Result(target, otherwise)
            return
        day, opened_at = midnight(first.at), midnight(reading.before.opened_at)
        covers = (Cover(covers_from=opened_at, covers_to=day),) if opened_at < day else ()
        known = {posted.day for posted in otherwise.days}
        least = _posted(first)
        days = otherwise.days if least.day in known else (least, *otherwise.days)
        yield Result(target, replace(otherwise, covers=(*covers, *otherwise.covers), days=days))

    # Activities of the outbox.

    def read_actor(self, response: Response, target: Target, *, reading: _Reading) -> Iterator[Request]:
        actor = parse_json(response, dict)
        if as_text(actor["id"]) != target.native_id:
            raise UnreadableError("unexpected_answer", "the actor is another")
        yield self._ask_outbox(target, reading, self._here(actor["outbox"], reading), is_paging=False)

    def read_outbox(self, response: Response, target: Target, *, reading: _Reading) -> Iterator[Result | Request]:
        """The outbox itself leads to its first page, each page to the next."""
        page = parse_json(response, dict)
        first = page.get("first")
        if isinstance(first, str) and reading.tally.pages == 0:
            yield self._ask_outbox(target, reading, self._here(first, reading), is_paging=True)
            return
        if isinstance(first, dict):
            page = first
        listed = page.get("orderedItems", [])
        # JSON-LD writes a list of one without brackets.
        listed = listed if isinstance(listed, list) else [listed]
        items = [item for item in map(partial(_activity, target=target, reading=reading), listed) if item is not None]
        if not items and not reading.tally.pages and reading.before.posts:
            raise UnreadableError("refused", "the outbox lists nothing")
        days_before = reading.tally.days
        reading = replace(reading, tally=reading.tally.add(items))
        following = page.get("next")
        # If the server repeats its pages, nothing new comes.
        is_new = reading.tally.days != days_before
        wants_more = reading.before.looked_at is None and reading.tally.pages < self.job.settings.activity.pages
        days = tuple(
            PostedDay(day=on.day, posts=min(on.posts, 1), replies=min(on.replies, 1), reposts=min(on.reposts, 1))
            for on in reading.tally.days
        )
        look = replace(_look(target, reading, (), is_complete=True), days=days)
        if isinstance(following, str) and items and is_new and wants_more:
            url = self._here(following, reading)
            yield self._ask_outbox(target, reading, url, is_paging=True, otherwise=replace(look, is_complete=False))
        else:
            yield Result(target, look)

    # Questions.

    def _ask_statuses(self, target: Target, reading: _Reading, *, max_id: str | None = None) -> Request:
        otherwise = None
        if reading.tally.pages:
            otherwise = _look(target, reading, reading.tally.cover_if_broken_off(), is_complete=False)
        read = partial(self.read_statuses, reading=reading)
        return self._ask(target, reading, read, otherwise, **({"max_id": max_id} if max_id else {}))

    def _ask(
        self,
        target: Target,
        reading: _Reading,
        read: Any,  # noqa: ANN401 -- a partial of a reader
        otherwise: Looked | None,
        **parameters: str,
    ) -> Request:
        query = urlencode({"limit": str(_PAGE)} | parameters)
        return self.question(
            f"https://{reading.server}/api/v1/accounts/{quote(str(target.local_id), safe='')}/statuses?{query}",
            read,
            target,
            statuses=(200, *_REFUSED),
            otherwise=otherwise,
            is_paging=bool({"max_id", "min_id"} & parameters.keys()),
            follows_redirects=False,
        )

    def _ask_actor(self, target: Target, reading: _Reading) -> Request:
        return self.question(
            str(target.native_id), partial(self.read_actor, reading=reading), target, headers={"Accept": ACTIVITY}
        )

    def _ask_outbox(
        self, target: Target, reading: _Reading, url: str, *, is_paging: bool, otherwise: Looked | None = None
    ) -> Request:
        return self.question(
            url,
            partial(self.read_outbox, reading=reading),
            target,
            headers={"Accept": ACTIVITY},
            otherwise=otherwise,
            is_paging=is_paging,
        )

    def _here(self, url: object, reading: _Reading) -> str:
        """An address that the account's own server names. It must not lead to another server."""
        if server_of(url) != reading.server:
            raise UnreadableError("unexpected_answer", "the outbox is at another server")
        return as_text(url)


def _statuses(response: Response, target: Target) -> list[dict[str, Any]]:
    if response.status != 200:
        raise UnreadableError("refused", f"answers {response.status}")
    statuses = [as_object(status) for status in parse_json(response, list)]
    if any(as_object(status["account"])["id"] != target.local_id for status in statuses):
        raise UnreadableError("unexpected_answer", "lists the statuses of another account")
    return statuses


def _is_last(response: Response, ids: list[str]) -> bool:
    """Whether nothing follows: a server that links pages links none, others list nothing."""
    link = response.headers.get("Link")
    return not ids or (link is not None and not _NEXT.search(link.decode("latin-1")))


def _met_at(reading: _Reading) -> datetime | None:
    """Since when the look has to list everything, because an earlier look has listed what was before; None: it has to
    list all."""
    before = reading.before
    if before.looked_at is None or wants_all(before, reading.tally.asked_at):
        return None
    return lately_from(before.looked_at)


def _item(status: dict[str, Any], reading: _Reading) -> Item | None:
    """When a status came, and its kind; None if visitors should not see it. Nothing else of it is read."""
    if status.get("visibility", "public") not in _PUBLIC:
        return None
    return _dated(
        status.get("created_at"),
        reading,
        is_reply=status.get("in_reply_to_id") is not None,
        is_repost=status.get("reblog") is not None,
    )


def _activity(item: object, target: Target, reading: _Reading) -> Item | None:
    """When an activity of the outbox was published; None if it is not a post, or not of the account."""
    activity = as_object(item)
    if activity.get("type") not in ("Create", "Announce") or activity.get("actor") != target.native_id:
        return None
    posted = activity.get("object")
    posted = posted if isinstance(posted, dict) else {}
    return _dated(
        activity.get("published") or posted.get("published"),
        reading,
        is_reply=posted.get("inReplyTo") is not None,
        is_repost=activity["type"] == "Announce",
    )


def _dated(value: object, reading: _Reading, *, is_reply: bool, is_repost: bool) -> Item:
    try:
        at = as_instant(value)
    except (TypeError, ValueError, OverflowError):
        return Item(None, is_believed=False, is_reply=is_reply, is_repost=is_repost)
    is_believed = at >= reading.before.opened_at - _OPENING_ERROR
    return Item(at, is_believed=is_believed, is_reply=is_reply, is_repost=is_repost)


def _posted(item: Item) -> PostedDay:
    assert item.at is not None  # noqa: S101 -- the callers have looked
    is_post = not item.is_reply and not item.is_repost
    return PostedDay(
        day=item.at.date(),
        posts=int(is_post),
        replies=int(item.is_reply and not item.is_repost),
        reposts=int(item.is_repost),
    )


def _look(
    target: Target, reading: _Reading, covers: tuple[Cover, ...], *, listed: int | None = None, is_complete: bool
) -> Looked:
    return Looked(
        native_id=target.native_id,
        kinds="posts and reposts",
        is_complete=is_complete,
        covers=covers,
        listed=listed,
        undated=reading.tally.undated,
        days=reading.tally.days,
    )


SPIDER = MastodonActivitySpider
