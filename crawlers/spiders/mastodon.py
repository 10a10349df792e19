"""Mastodon and whatever speaks its API: each account asked for at its own server, all servers at once.

An account is its ActivityPub actor; `user@domain` is what it is called. The domain's host is asked first. Where that
is not the account's server, or does not answer without a login, WebFinger says where the account is, and the actor
document what it is. That an account is gone is believed only from two answers that agree, of a host that shows that it
speaks these protocols: a domain that has been sold answers 404 to everything.

Documents: https://docs.joinmastodon.org/methods/accounts/#lookup, https://docs.joinmastodon.org/entities/Account/,
https://docs.joinmastodon.org/spec/webfinger/, https://docs.joinmastodon.org/spec/activitypub/.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse

from crawlers.base import PlatformSpider, Result
from crawlers.fediverse import (
    ACTIVITY,
    ACTORS,
    Address,
    ascii_host,
    links_in,
    names_in,
    plain_text,
    read_actor_uri,
    read_address,
    read_user,
    read_webfinger_host,
    server_of,
    webfinger_url,
)
from crawlers.reading import (
    UnreadableError,
    as_flag,
    as_instant,
    as_list,
    as_object,
    as_text,
    parse_json,
    read_count,
    read_words,
)
from kooch.config import Settings
from kooch.rosters.handles import describe_foreign_host
from kooch.store.outcomes import CrawledBound, Drift, Failed, Observed, Profile, Skipped, Status, Target

_NOT_FOUND = {"error": "Record not found"}
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_T = TypeVar("_T")
_MOST_NAMES = 20
_MOST_FIELDS = 100
"""Mastodon has four in a profile, Misskey sixteen; what else a document lists in their place is not read."""
_FIRST_SERVER_AT = datetime(2008, 1, 1, tzinfo=UTC)
"""identi.ca opened in 2008, before any other server of what became the Fediverse: https://en.wikipedia.org/wiki/Identi.ca"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trail:
    """What is known of an account that `server` did not show: its answer, and whether that was Mastodon's own."""

    server: str
    lookup: int
    is_mastodon: bool


class MastodonSpider(PlatformSpider):
    name = platform = "mastodon"
    most_open = 10

    @classmethod
    def forecast(cls, settings: Settings, targets: Sequence[Target]) -> Mapping[str, int]:  # noqa: ARG003 -- as the base has it
        """Each server gets one request for each of its accounts; those that are never asked are left out."""
        servers = (
            server
            for server in map(_first_server, targets)
            if server is not None and describe_foreign_host(server) is None
        )
        return Counter(f"https://{server}" for server in servers)

    def lane_of(self, target: Target) -> str:
        return _first_server(target) or ""

    def fault_of(self, target: Target) -> Failed | None:
        address, server = read_address(target.handle), _first_server(target)
        if server is None or (target.handle is not None and address is None):
            detail = f"{ascii(target.handle or target.native_id)[:80]} is not user@host"
            return Failed(cause="malformed_handle", detail=detail, attempts=0)
        for host in filter(None, (server, address and address.host)):
            if reason := describe_foreign_host(host):
                return Failed(cause="refused", detail=f"{host} is {reason}", attempts=0)
        return None

    def ask(self, batch: Sequence[Target]) -> Iterator[Request]:
        for target in batch:
            address, server = read_address(target.handle), _first_server(target) or ""
            if address is None:
                yield self._ask_actor(target, str(target.native_id))
            else:
                yield self._ask_lookup(target, server, address.user)

    def read_lookup(
        self, response: Response, target: Target, server: str, actor: str | None
    ) -> Iterator[Result | Request]:
        """The account, or that this server does not have it, or does not say. WebFinger may have named its `actor`."""
        if response.status == 200:
            account = parse_json(response, dict)
            honour = self.job.settings.mastodon.honour_noindex
            latest_at = response.meta["latest_at"]
            read = read_account(account, target, server_of(response.url), actor, latest_at=latest_at, honour=honour)
            yield from self._show(target, account, read)
        elif actor is not None:
            yield self._ask_actor(target, actor)
        else:
            trail = _Trail(server=server, lookup=response.status, is_mastodon=_is_not_found(response))
            yield self._ask_webfinger(target, _address(target).host, trail)

    def read_webfinger(
        self, response: Response, target: Target, trail: _Trail, asked: str
    ) -> Iterator[Result | Request]:
        """Where the account is, when `trail.server` has not shown it; `asked` was asked."""
        if response.status == 200:
            found = parse_json(response, dict)
            actor = read_actor_uri(found)
            server = server_of(actor)
            if server == trail.server:
                yield self._ask_actor(target, actor)
            else:
                yield self._ask_lookup(target, server, read_user(found, _address(target).user), actor)
        elif trail.is_mastodon and trail.server in (asked, target.server):
            yield from self._conclude(target, "deleted" if response.status == 410 else "not_found", trail.server)
        elif response.status == 404 and asked == _address(target).host:
            yield self.question(
                f"https://{asked}/.well-known/host-meta",
                self.read_host_meta,
                target,
                statuses=(200, 404, 410),
                headers={"Accept": "application/xrd+xml"},
                context={"trail": trail},
            )
        else:
            yield self._ask_software(target, asked, trail, response.status)

    def read_host_meta(self, response: Response, target: Target, trail: _Trail) -> Iterator[Result | Request]:
        """Where else a domain answers WebFinger."""
        asked = _address(target).host
        host = None
        if response.status == 200:
            host = read_webfinger_host(response.text if isinstance(response, TextResponse) else "")
        if host is not None and host != asked:
            yield self._ask_webfinger(target, host, trail)
        else:
            yield self._ask_software(target, asked, trail, 404)

    def read_software(
        self, response: Response, target: Target, trail: _Trail, webfinger: int
    ) -> Iterator[Result | Request]:
        """Whether the host that does not know the account speaks for the Fediverse at all."""
        if response.status == 200:
            as_list(parse_json(response, dict)["links"])
            yield from self._conclude(target, "deleted" if webfinger == 410 else "not_found", trail.server)
        elif response.status == trail.lookup == webfinger == 410:
            # How administrators end a server: https://docs.joinmastodon.org/admin/tootctl/#self-destruct
            yield from self._conclude(target, "platform_closed", trail.server)
        else:
            raise UnreadableError("unexpected_answer", "does not say that it speaks ActivityPub, nor that it has ended")

    def read_actor(self, response: Response, target: Target, uri: str) -> Iterator[Result | Request]:
        """The account as other servers see it."""
        if response.status == 404:
            detail = f"WebFinger names {uri}, which does not exist"
            yield Result(target, Failed(cause="conflicting_answers", detail=detail, http_status=404))
            return
        actor = parse_json(response, dict)
        if as_text(actor["id"]) != uri:
            raise UnreadableError("unexpected_answer", "the actor is another")
        if actor["type"] == "Tombstone" and target.native_id not in (None, uri):
            detail = f"the handle was that of {target.native_id}"
            yield Result(target, Failed(cause="handle_taken_over", detail=detail, http_status=response.status))
        elif actor["type"] == "Tombstone":
            yield Result(target, _read_tombstone(actor, server_of(uri)))
        elif response.status == 410:
            raise UnreadableError("unexpected_answer", "410 without a tombstone")
        else:
            honour = self.job.settings.mastodon.honour_noindex
            read = read_actor(actor, target, server_of(uri), latest_at=response.meta["latest_at"], honour=honour)
            followers = actor.get("followers")
            if isinstance(read, Observed) and read.status == "active" and _is_at(followers, server_of(uri)):
                yield self.question(
                    as_text(followers),
                    self.read_followers,
                    target,
                    headers={"Accept": ACTIVITY},
                    otherwise=read,
                    context={"observed": read},
                )
            elif isinstance(read, Observed) and read.status == "active" and followers is not None:
                yield Result(target, replace(read, drift=(*read.drift, Drift(path="followers", kind="mistyped"))))
            else:
                yield from self._show(target, actor, read)

    def read_followers(self, response: Response, target: Target, observed: Observed) -> Iterator[Result | Request]:
        """How many follow, where the collection says it."""
        drift = list(observed.drift)
        collection = parse_json(response, dict)
        if "totalItems" not in collection:
            yield Result(target, observed)
            return
        followers = read_count(collection, "totalItems", drift)
        yield Result(target, replace(observed, followers=followers, drift=tuple(drift)))

    def read_identity(self, response: Response, target: Target, observed: Observed) -> Iterator[Result | Request]:
        """The actor of an account whose server does not name it (before Mastodon 4.2)."""
        uri = read_actor_uri(parse_json(response, dict))
        if server_of(uri) != observed.server:
            raise UnreadableError("unexpected_answer", f"WebFinger names an actor that is not at {observed.server}")
        yield Result(target, replace(observed, native_id=uri))

    def read_successor(
        self, response: Response, target: Target, observed: Observed, url: str
    ) -> Iterator[Result | Request]:
        """The account moved to: a link once it names the old one."""
        successor = parse_json(response, dict)
        if as_text(successor["id"]) != observed.moved_to:
            raise UnreadableError("unexpected_answer", "the actor is another")
        is_named_back = observed.native_id in names_in(successor.get("alsoKnownAs"))
        if observed.profile and is_named_back:
            links = tuple(dict.fromkeys((url, *observed.profile.links)))
            observed = replace(observed, profile=replace(observed.profile, links=links))
        yield Result(target, replace(observed, is_named_back=is_named_back))

    def read_end(self, response: Response, target: Target, gone: Observed) -> Iterator[Result | Request]:
        """What is left of an account that was known: a tombstone may say when it ended."""
        if response.status == 200:
            detail = "WebFinger does not know the account, and its actor is there"
            yield Result(target, Failed(cause="conflicting_answers", detail=detail, http_status=200))
            return
        if response.status == 410:
            gone = replace(gone, status="deleted")
            try:
                tombstone = parse_json(response, dict)
            except UnreadableError:
                # Mastodon sends 410 and nothing else.
                tombstone = None
            if tombstone is not None and (tombstone.get("type"), tombstone.get("id")) == (
                "Tombstone",
                target.native_id,
            ):
                gone = _read_tombstone(tombstone, str(gone.server))
            elif tombstone is not None:
                gone = replace(gone, drift=(Drift(path="tombstone", kind="mistyped"),))
        yield Result(target, gone)

    def _show(
        self, target: Target, shown: Mapping[str, Any], read: Observed | Failed | Skipped
    ) -> Iterator[Result | Request]:
        if not isinstance(read, Observed):
            yield Result(target, read)
            return
        if read.native_id is None:
            address = _address(target)
            yield self.question(
                webfinger_url(address.host, address),
                self.read_identity,
                target,
                headers={"Accept": "application/jrd+json, application/json"},
                otherwise=read,
                context={"observed": read},
            )
        elif read.moved_to:
            yield self.question(
                read.moved_to,
                self.read_successor,
                target,
                headers={"Accept": ACTIVITY},
                otherwise=read,
                context={"observed": read, "url": _successor_of(shown)[1]},
            )
        else:
            yield Result(target, read)

    def _conclude(self, target: Target, status: Status, server: str) -> Iterator[Result | Request]:
        gone = Observed(status=status, native_id=target.native_id, server=server)
        if target.native_id is None or status == "platform_closed":
            yield Result(target, gone)
            return
        yield self.question(
            target.native_id,
            self.read_end,
            target,
            statuses=(200, 404, 410),
            headers={"Accept": ACTIVITY},
            otherwise=gone,
            context={"gone": gone},
        )

    def _ask_lookup(self, target: Target, server: str, user: str, actor: str | None = None) -> Request:
        return self.question(
            f"https://{server}/api/v1/accounts/lookup?acct={quote(user)}",
            self.read_lookup,
            target,
            statuses=(200, 401, 403, 404, 410),
            context={"server": server, "actor": actor},
        )

    def _ask_webfinger(self, target: Target, host: str, trail: _Trail) -> Request:
        return self.question(
            webfinger_url(host, _address(target)),
            self.read_webfinger,
            target,
            statuses=(200, 404, 410),
            headers={"Accept": "application/jrd+json, application/json"},
            context={"trail": trail, "asked": host},
        )

    def _ask_actor(self, target: Target, uri: str) -> Request:
        return self.question(
            uri,
            self.read_actor,
            target,
            statuses=(200, 404, 410),
            headers={"Accept": ACTIVITY},
            context={"uri": uri},
        )

    def _ask_software(self, target: Target, asked: str, trail: _Trail, webfinger: int) -> Request:
        return self.question(
            f"https://{asked}/.well-known/nodeinfo",
            self.read_software,
            target,
            statuses=(200, 404, 410),
            context={"trail": trail, "webfinger": webfinger},
        )


def read_account(
    account: Mapping[str, Any],
    target: Target,
    server: str,
    actor: str | None = None,
    *,
    latest_at: datetime,
    honour: bool,
) -> Observed | Failed | Skipped:
    """An account of Mastodon's API, as `server` shows its own. Identity and status are strict: raises KeyError,
    TypeError, ValueError or UnreadableError.

    `created_at` is a day, whatever time is written beside it, and `last_status_at` is one too; what is later than
    `latest_at` is no day of opening. A count of -1 is
    hidden. Of a suspended account nothing but its state is read: what a server then says in numbers is not true.
    """
    uri = _identify(account, target, server, actor)
    if target.native_id is not None and uri != target.native_id:
        return Failed(cause="handle_taken_over", detail=f"the handle was that of {target.native_id}", http_status=200)
    status = _status_of(account)
    if status == "suspended":
        return Observed(status=status, native_id=uri, server=server)
    drift: list[Drift] = []
    opened_on = _read_opening(account, "created_at", latest_at, drift)
    if opened_on is not None and _took_over(target, opened_on):
        return Failed(cause="handle_taken_over", detail="the account was opened after the roster had listed it")
    fields = _read_fields(account, drift)
    note = read_words(dict(account), "note", drift)
    texts = [note, *(value for _, value, _ in fields)]
    if honour and _asks_to_be_left_alone(account, texts):
        return Skipped(cause="noindex", detail="the owner asks not to be indexed or visited by programs")
    return Observed(
        status=status,
        native_id=uri,
        server=server,
        followers=_read_shown_count(account, "followers_count", drift),
        following=_read_shown_count(account, "following_count", drift),
        posts=_read_shown_count(account, "statuses_count", drift),
        last_post_at=_read_day(account, "last_status_at", drift),
        profile=Profile(
            handle=f"{as_text(account['username'])}@{_address(target).domain}",
            display_name=read_words(dict(account), "display_name", drift) or None,
            bio=plain_text(note),
            links=links_in(*(value for _, value, _ in fields), note),
            verified=any(is_verified for _, _, is_verified in fields),
            avatar_url=read_words(dict(account), "avatar", drift),
        ),
        bounds=_opened(opened_on),
        moved_to=_successor_of(account)[0],
        drift=tuple(dict.fromkeys(drift)),
    )


def read_actor(
    actor: Mapping[str, Any], target: Target, server: str, *, latest_at: datetime, honour: bool
) -> Observed | Failed | Skipped:
    """An ActivityPub actor. Raises as `read_account` does; counts are not part of it.

    Whoever owns a domain may name any actor for the users it once had: where no id is known, only one of the same name is
    believed.
    """
    if actor["type"] not in ACTORS:
        raise UnreadableError("unexpected_answer", f"an actor of type {ascii(actor['type'])[:40]}")
    uri, user = as_text(actor["id"]), as_text(actor["preferredUsername"])
    address = read_address(target.handle)
    if target.native_id is not None and uri != target.native_id:
        return Failed(cause="handle_taken_over", detail=f"the handle was that of {target.native_id}", http_status=200)
    if address is not None and user.casefold() == address.user.casefold():
        user = address.user
    elif address is not None and target.native_id is None:
        detail = f"WebFinger names {uri} for {address.user}, and that calls itself {ascii(user)[:80]}"
        return Failed(cause="conflicting_answers", detail=detail, http_status=200)
    moved = actor.get("movedTo")
    if moved is not None:
        server_of(moved)
    if as_flag(_unless_null(actor, "suspended")):
        return Observed(status="suspended", native_id=uri, server=server)
    drift: list[Drift] = []
    opened_on = _read_opening(actor, "published", latest_at, drift) if "published" in actor else None
    if opened_on is not None and _took_over(target, opened_on):
        return Failed(cause="handle_taken_over", detail="the account was opened after the roster had listed it")
    note = read_words(dict(actor), "summary", drift)
    fields = _read_attached(actor, drift)
    if honour and _asks_to_be_left_alone(actor, [note, *fields]):
        return Skipped(cause="noindex", detail="the owner asks not to be indexed or visited by programs")
    icon = actor.get("icon")
    profile = Profile(
        handle=f"{user}@{address.domain if address else server}",
        display_name=read_words(dict(actor), "name", drift) or None,
        bio=plain_text(note),
        links=links_in(*fields, note),
        avatar_url=read_words(icon, "url", drift) if isinstance(icon, dict) else None,
    )
    is_named = read_address(profile.handle) is not None
    if not is_named:
        # By such a name nobody could ask for the account the next time.
        drift.append(Drift(path="preferredUsername", kind="mistyped"))
    return Observed(
        status="active" if moved is None else "moved",
        native_id=uri,
        server=server,
        profile=profile if is_named else None,
        bounds=_opened(opened_on),
        moved_to=_successor_of(actor)[0],
        also_known_as=_other_actors(actor, drift),
        drift=tuple(dict.fromkeys(drift)),
    )


def _identify(account: Mapping[str, Any], target: Target, server: str, actor: str | None) -> str | None:
    """The account's actor; None when the server does not name it. Raises when the account is not the one asked for."""
    address = _address(target)
    username, acct = as_text(account["username"]), as_text(account["acct"])
    local, _, domain = acct.partition("@")
    is_here = not domain or ascii_host(domain) in (server, address.host)
    if not username.lower() == local.lower() == address.user.lower() or not is_here:
        raise UnreadableError("unexpected_answer", f"asked for {address.user}, answered {ascii(acct)[:80]}")
    uri = account.get("uri")
    if server_of(account["url"] if uri is None else uri) != server:
        # Whoever runs a server could otherwise speak for accounts of others.
        raise UnreadableError("unexpected_answer", "the account is at another server")
    if uri is not None and actor is not None and uri != actor:
        raise UnreadableError("unexpected_answer", "WebFinger names another actor")
    return uri or actor or target.native_id


def _status_of(account: Mapping[str, Any]) -> Status:
    suspended, limited = as_flag(_unless_null(account, "suspended")), as_flag(_unless_null(account, "limited"))
    moved = account.get("moved")
    if moved is not None:
        as_text(as_object(moved)["url"])
    if suspended:
        return "suspended"
    if moved is not None:
        return "moved"
    return "limited" if limited else "active"


def _first_server(target: Target) -> str | None:
    """The host that is asked first: the account's server where it is known."""
    address = read_address(target.handle)
    if target.server is not None:
        return ascii_host(target.server)
    if address is not None:
        return address.host
    parts = urlsplit(target.native_id or "")
    return ascii_host(parts.hostname or "") if parts.scheme == "https" and ":" not in parts.netloc else None


def _address(target: Target) -> Address:
    address = read_address(target.handle)
    if address is None:
        raise UnreadableError("unexpected_answer", "the account's address is not known")
    return address


def _is_not_found(response: Response) -> bool:
    try:
        return response.status == 404 and parse_json(response, dict) == _NOT_FOUND
    except UnreadableError:
        return False


def _is_at(url: object, server: str) -> bool:
    try:
        return server_of(url) == server
    except (TypeError, UnreadableError):
        return False


def _unless_null(shown: Mapping[str, Any], field: str) -> object:
    """An optional flag; servers other than Mastodon write null for what is not so."""
    found = shown.get(field)
    return False if found is None else found


def _read_shown_count(account: Mapping[str, Any], field: str, drift: list[Drift]) -> int | None:
    return None if account.get(field) == -1 else read_count(dict(account), field, drift)


def _read_day(shown: Mapping[str, Any], field: str, drift: list[Drift]) -> datetime | None:
    """The start of the UTC day that a date, or an instant on it, names."""
    value = shown.get(field)
    if field not in shown:
        drift.append(Drift(path=field, kind="missing"))
        return None
    if value is None and field == "last_status_at":
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_text(value), re.ASCII):
            value = f"{date.fromisoformat(as_text(value)).isoformat()}T00:00:00Z"
        return as_instant(value).replace(hour=0, minute=0, second=0, microsecond=0)
    except (TypeError, ValueError):
        drift.append(Drift(path=field, kind="mistyped"))
        return None


def _read_opening(shown: Mapping[str, Any], field: str, latest_at: datetime, drift: list[Drift]) -> datetime | None:
    """The day an account was opened. One that is yet to come, or before the Fediverse, is none: nobody took over then."""
    opened_on = _read_day(shown, field, drift)
    if opened_on is None or _FIRST_SERVER_AT <= opened_on <= latest_at:
        return opened_on
    drift.append(Drift(path=field, kind="too_large" if opened_on > latest_at else "mistyped"))
    return None


def _read_fields(account: Mapping[str, Any], drift: list[Drift]) -> list[tuple[str, str, bool]]:
    """Name, value and whether it is verified, of each field that can be read."""
    found = account.get("fields", [])
    if not isinstance(found, list):
        drift.append(Drift(path="fields", kind="mistyped"))
        return []
    read: list[tuple[str, str, bool]] = []
    for field in _first(_MOST_FIELDS, found, "fields", drift):
        if not isinstance(field, dict) or not isinstance(field.get("value"), str):
            drift.append(Drift(path="fields", kind="mistyped"))
            continue
        value = read_words(field, "value", drift) or ""
        read.append((str(field.get("name")), value, isinstance(field.get("verified_at"), str)))
    return read


def _read_attached(actor: Mapping[str, Any], drift: list[Drift]) -> list[str]:
    """The values of a profile's fields; what else may be attached to it is none."""
    found = actor.get("attachment", [])
    return [
        read_words(field, "value", drift) or ""
        for field in _first(_MOST_FIELDS, found if isinstance(found, list) else [found], "attachment", drift)
        if isinstance(field, dict) and field.get("type") == "PropertyValue" and isinstance(field.get("value"), str)
    ]


def _first(most: int, found: list[_T], field: str, drift: list[Drift]) -> list[_T]:
    """As much of a list as is read: a server may write millions of things into one."""
    if len(found) > most:
        drift.append(Drift(path=field, kind="too_large"))
    return found[:most]


def _asks_to_be_left_alone(shown: Mapping[str, Any], texts: Sequence[str | None]) -> bool:
    """By a flag of the account, or by `#nobot` in its words: https://docs.joinmastodon.org/user/preferences/."""
    says = " ".join(plain_text(text) or "" for text in texts)
    return (
        shown.get("noindex") is True
        or shown.get("indexable") is False
        or re.search(r"#no(bot|bots|index)\b", says, re.IGNORECASE) is not None
    )


def _took_over(target: Target, opened_on: datetime) -> bool:
    """Whether this account is younger than the roster's claim to its handle."""
    return target.native_id is None and target.listed_before is not None and opened_on >= target.listed_before


def _opened(on: datetime | None) -> tuple[CrawledBound, ...]:
    return () if on is None else (CrawledBound(event="joined", not_before=on, before=on + _DAY, kind="opened"),)


def _read_tombstone(tombstone: Mapping[str, Any], server: str) -> Observed:
    """What ActivityPub leaves of an account; `deleted` is when, if it is said."""
    gone = Observed(status="deleted", native_id=as_text(tombstone["id"]), server=server)
    if "deleted" not in tombstone:
        return gone
    try:
        at = as_instant(tombstone["deleted"]).replace(microsecond=0)
    except (TypeError, ValueError):
        at = None
    if at is None or at < _FIRST_SERVER_AT:
        return replace(gone, drift=(Drift(path="deleted", kind="mistyped"),))
    return replace(gone, bounds=(CrawledBound(event="left", not_before=at, before=at + _SECOND, kind="tombstone"),))


def _other_actors(actor: Mapping[str, Any], drift: list[Drift]) -> tuple[str, ...]:
    """The actors that one names as itself, under other names or on other servers."""
    found = []
    for name in _first(_MOST_NAMES, names_in(actor.get("alsoKnownAs")), "alsoKnownAs", drift):
        try:
            server_of(name)
        except UnreadableError as error:
            # A mirror of another platform is no account of the Fediverse, and no fault of the document.
            if error.cause != "refused":
                drift.append(Drift(path="alsoKnownAs", kind="mistyped"))
        else:
            if name != actor["id"]:
                found.append(name)
    return tuple(dict.fromkeys(found))


def _successor_of(shown: Mapping[str, Any]) -> tuple[str | None, str]:
    """The actor and the page of the account that this one says it has moved to."""
    moved = shown.get("moved", shown.get("movedTo"))
    uri, page = (moved.get("uri"), moved.get("url")) if isinstance(moved, dict) else (moved, moved)
    try:
        server_of(uri)
        server_of(page)
    except (TypeError, UnreadableError):
        return None, ""
    return str(uri), str(page)
