"""Mastodon and all software with its API: each account is asked for at its own server, all servers at once.

An account is its ActivityPub actor; `user@domain` is its name. The domain's host is asked first. If it does not show
the account that was asked for, the handle's own WebFinger says where the account is, and the actor document what it is.
A redirect proves nothing, because a stranger may answer there. Kooch believes that an account is gone only if two
answers agree and the host shows that it speaks these protocols, because a domain that has been sold answers 404 to
everything.

Documents: https://docs.joinmastodon.org/methods/accounts/#lookup, https://docs.joinmastodon.org/spec/webfinger/,
https://docs.joinmastodon.org/spec/activitypub/.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse

from crawlers.base import PlatformSpider
from crawlers.fediverse.account import (
    FEDIVERSE,
    UNDATED,
    Asked,
    address_of,
    fault_of_opening,
    hides_behind_zero,
    opened,
    plausible,
    read_account,
    read_actor,
    read_followers,
    read_published,
    read_tombstone,
    successor_of,
)
from crawlers.fediverse.addresses import (
    ACTIVITY,
    Finger,
    names_in,
    read_address,
    read_finger,
    read_webfinger_host,
    server_of,
    webfinger_url,
)
from crawlers.fediverse.software import read_nodeinfo_url, read_software, says_not_found, software_of, takes_any_case
from crawlers.pacing import owner_of
from crawlers.questions import Instead, Result, latest_at
from crawlers.reading import UnreadableError, as_list, as_text, parse_json
from kooch.config import Settings
from kooch.platforms import ascii_host, describe_foreign_host
from kooch.store.outcomes import Drift, Failed, Observed, Status, Target

_JRD = {"Accept": "application/jrd+json, application/json"}
_AN_ANSWER = tuple(status for status in range(200, 500) if status != 429)
"""Whatever a domain's website answers to a lookup, its WebFinger decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trail:
    """What `server` answered to the lookup of an account that it did not show.

    `lookup` is the status, `says_not_found` whether it used Mastodon's own words. `account` is an account that it
    showed and that may be another than the one asked for.
    """

    server: str
    lookup: int
    says_not_found: bool
    account: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An account that its server has shown: what was read so far, and from what."""

    observed: Observed
    account: Mapping[str, Any]
    asked: Asked


class MastodonSpider(PlatformSpider):
    name = platform = "mastodon"
    shows_last_post = True
    dates_accounts = True
    has_many_hosts = True
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

    def probe_url(self, origin: str) -> str:
        return f"{origin}/.well-known/nodeinfo"

    @classmethod
    def lane_of(cls, target: Target) -> str:
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

    # Where the account is.

    def read_lookup(
        self, response: Response, target: Target, *, server: str, finger: Finger | None
    ) -> Iterator[Result | Request]:
        """Read the account, or that this server does not show it. WebFinger may have named it already."""
        account, asked = _account_in(response), self._asked(response, target, server, finger)
        if account is not None and (finger is not None or _is_asked_for(account, asked)):
            yield from self._read_account(account, asked)
        elif finger is not None:
            yield self._ask_actor(target, finger.actor)
        else:
            trail = _Trail(
                server=server,
                lookup=response.status,
                says_not_found=says_not_found(response),
                account=account,
            )
            yield self._ask_webfinger(target, address_of(target).host, trail)

    def read_webfinger(
        self, response: Response, target: Target, *, trail: _Trail, host: str
    ) -> Iterator[Result | Request]:
        """Read where the account is, if `trail.server` has not shown it. `host` was asked."""
        if response.status == 200:
            finger = read_finger(parse_json(response, dict), target.native_id)
            server = server_of(finger.actor)
            asked = self._asked(response, target, server, finger)
            if server != trail.server:
                yield self._ask_lookup(target, server, finger.user or address_of(target).user, finger)
            elif trail.account is not None:
                # This raises if it is another account after all.
                FEDIVERSE.identify(trail.account, asked)
                yield from self._read_account(trail.account, asked)
            else:
                yield self._ask_actor(target, finger.actor)
        elif trail.account is not None:
            raise UnreadableError("conflicting_answers", f"does not know the account; {trail.server} shows another")
        elif trail.says_not_found and trail.server in (host, target.server):
            yield from self._conclude_by(target, response.status, trail, trail.server)
        elif response.status == 404 and host == address_of(target).host:
            yield self.question(
                f"https://{host}/.well-known/host-meta",
                partial(self.read_host_meta, trail=trail),
                target,
                statuses=(200, 404, 410),
                headers={"Accept": "application/xrd+xml"},
            )
        else:
            yield self._ask_nodeinfo(target, host, trail, response.status)

    def read_host_meta(self, response: Response, target: Target, *, trail: _Trail) -> Iterator[Result | Request]:
        """Read where else a domain answers WebFinger."""
        asked = address_of(target).host
        host = None
        if response.status == 200:
            host = read_webfinger_host(response.text if isinstance(response, TextResponse) else "")
        if host is not None and host != asked:
            yield self._ask_webfinger(target, host, trail)
        else:
            yield self._ask_nodeinfo(target, asked, trail, 404)

    # Whether it is gone.

    def read_nodeinfo(
        self, response: Response, target: Target, *, trail: _Trail, host: str, webfinger: int
    ) -> Iterator[Result | Request]:
        """Read whether the host that does not know the account belongs to the Fediverse at all."""
        if owner_of(response.url) != owner_of(f"https://{host}"):
            raise UnreadableError("unexpected_answer", f"{host} leaves the answer to a host of another owner")
        if response.status == 200:
            as_list(parse_json(response, dict)["links"])
            yield from self._conclude_by(target, webfinger, trail, host, response)
        elif response.status == trail.lookup == webfinger == 410:
            # How administrators end a server: https://docs.joinmastodon.org/admin/tootctl/#self-destruct
            yield from self._conclude(target, "platform_closed", trail)
        else:
            raise UnreadableError("unexpected_answer", "does not say that it speaks ActivityPub, nor that it has ended")

    def read_case(self, response: Response, target: Target, *, trail: _Trail) -> Iterator[Result | Request]:
        """Whether the server would have found the account in another letter case."""
        software = read_software(parse_json(response, dict))
        if not takes_any_case(software):
            detail = f"{trail.server} runs {ascii(software)[:40]}, which may have the account in another letter case"
            raise UnreadableError("unexpected_answer", detail)
        yield from self._conclude(target, "not_found", trail)

    def _conclude_by(
        self, target: Target, webfinger: int, trail: _Trail, host: str, nodeinfo: Response | None = None
    ) -> Iterator[Result | Request]:
        """Conclude that an account is gone; if it was never seen, only if no other spelling could be meant."""
        if webfinger == 410:
            yield from self._conclude(target, "deleted", trail)
        elif target.native_id is not None:
            yield from self._conclude(target, "not_found", trail)
        elif nodeinfo is None:
            yield self._ask_nodeinfo(target, host, trail, webfinger)
        else:
            url = read_nodeinfo_url(parse_json(nodeinfo, dict), host)
            yield self.question(url, partial(self.read_case, trail=trail), target)

    def _conclude(self, target: Target, status: Status, trail: _Trail) -> Iterator[Result | Request]:
        gone = Observed(status=status, native_id=target.native_id, server=trail.server)
        if target.native_id is None or status == "platform_closed":
            yield Result(target, gone)
            return
        yield self.question(
            target.native_id,
            partial(self.read_end, gone=gone),
            target,
            statuses=(200, 404, 410),
            headers={"Accept": ACTIVITY},
            instead=lambda failed: self._doubt(target, gone, trail, failed),
        )

    def _doubt(self, target: Target, gone: Observed, trail: _Trail, failed: Failed) -> Iterator[Result | Request]:
        """Decide about a known account whose actor says nothing: it is gone only if no other spelling could be meant.

        A page under 200 may be that of the account.
        """
        if failed.http_status == 200 or trail.lookup not in (404, 410) or trail.server != _host_of(target):
            yield Result(target, failed)
            return

        def decide(software: str | None) -> Iterator[Result | Request]:
            yield Result(target, gone if takes_any_case(software) else failed)

        yield self._ask_software(target, trail.server, decide, instead=lambda _: [Result(target, failed)])

    def read_end(self, response: Response, target: Target, *, gone: Observed) -> Iterator[Result | Request]:
        """Read what is left of a known account. A tombstone may say when it ended."""
        if owner_of(response.url) != owner_of(str(target.native_id)):
            raise UnreadableError("unexpected_answer", "the actor leaves the answer to a host of another owner")
        if response.status == 200:
            if as_text(parse_json(response, dict)["id"]) != target.native_id:
                raise UnreadableError("unexpected_answer", "the actor is another")
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
                gone = read_tombstone(tombstone, str(gone.server))
            elif tombstone is not None:
                gone = replace(gone, drift=(Drift(path="tombstone", kind="mistyped"),))
        yield Result(target, gone)

    # Accounts that their server's API shows, and what it leaves open.

    def _read_account(self, account: Mapping[str, Any], asked: Asked) -> Iterator[Result | Request]:
        target = asked.target
        read = read_account(account, asked, FEDIVERSE)
        if software_of(account) is None and isinstance(read, Observed | Failed):
            yield from self._read_undated(account, asked, read)
        elif isinstance(read, Observed):
            yield from self._identify(_Found(observed=read, account=account, asked=asked))
        else:
            yield Result(target, read)

    def _read_undated(
        self, account: Mapping[str, Any], asked: Asked, dated: Observed | Failed
    ) -> Iterator[Result | Request]:
        """Read an account of software whose dates need not be those of the opening. Its actor says when it was
        opened."""
        target = asked.target
        read = read_account(account, asked, UNDATED)
        if not isinstance(read, Observed):
            yield Result(target, read)
            return
        found = _Found(observed=read, account=account, asked=asked)
        if isinstance(dated, Failed) or target.native_id is None:
            yield from self._identify(found, dated=dated)
        else:
            yield from self._identify(found)

    def _identify(self, found: _Found, dated: Observed | Failed | None = None) -> Iterator[Result | Request]:
        """Ask who an account is whose server does not name its actor (Mastodon before 4.2, and other software)."""
        if found.observed.native_id is not None:
            yield from self._confirm(found, dated)
            return
        address = found.asked.address
        yield self.question(
            webfinger_url(address.host, address),
            partial(self.read_identity, found=found, dated=dated),
            found.asked.target,
            headers=_JRD,
            otherwise=dated if isinstance(dated, Observed) else found.observed if dated is None else None,
        )

    def read_identity(
        self, response: Response, target: Target, *, found: _Found, dated: Observed | Failed | None
    ) -> Iterator[Result | Request]:
        uri = read_finger(parse_json(response, dict), target.native_id).actor
        if server_of(uri) != found.observed.server:
            raise UnreadableError(
                "unexpected_answer", f"WebFinger names an actor that is not at {found.observed.server}"
            )
        known = replace(found, observed=replace(found.observed, native_id=uri))
        yield from self._confirm(known, replace(dated, native_id=uri) if isinstance(dated, Observed) else dated)

    def _confirm(self, found: _Found, dated: Observed | Failed | None) -> Iterator[Result | Request]:
        """Ask the actor for what the API leaves open: when it was opened, and where an account without a URI has moved to."""
        observed = found.observed
        is_open = observed.status == "moved" and observed.moved_to is None
        if dated is None and not is_open:
            yield from self._count(found)
            return
        yield self.question(
            str(observed.native_id),
            partial(self.read_own_actor, found=found),
            found.asked.target,
            headers={"Accept": ACTIVITY},
            otherwise=dated if isinstance(dated, Observed) else observed if dated is None else None,
        )

    def read_own_actor(self, response: Response, target: Target, *, found: _Found) -> Iterator[Result | Request]:
        actor = parse_json(response, dict)
        if as_text(actor["id"]) != found.observed.native_id:
            raise UnreadableError("unexpected_answer", "the actor is another")
        drift = list(found.observed.drift)
        opening = read_published(actor, found.asked, drift)
        if fault := fault_of_opening(opening, found.asked):
            yield Result(target, fault)
            return
        observed = replace(
            found.observed,
            bounds=found.observed.bounds or opened(plausible(opening, found.asked, "published", drift)),
            moved_to=found.observed.moved_to or successor_of(actor)[0],
            drift=tuple(dict.fromkeys(drift)),
        )
        yield from self._count(replace(found, observed=observed))

    def _count(self, found: _Found) -> Iterator[Result | Request]:
        """Ask which software counts 0, because some software hides counts in this way."""
        if found.observed.status == "suspended" or not hides_behind_zero(found.account, found.asked.software):
            yield from self._follow(found)
            return
        yield self._ask_software(
            found.asked.target,
            found.asked.server,
            lambda software: self._recount(found, software),
            otherwise=found.observed,
        )

    def _recount(self, found: _Found, software: str | None) -> Iterator[Result | Request]:
        asked = replace(found.asked, software=software)
        read = read_account(found.account, asked, UNDATED)
        observed = found.observed
        if isinstance(read, Observed) and observed.profile and read.profile:
            profile = replace(observed.profile, verified=read.profile.verified)
            observed = replace(observed, followers=read.followers, following=read.following, profile=profile)
        yield from self._follow(replace(found, observed=observed, asked=asked))

    def _follow(self, found: _Found) -> Iterator[Result | Request]:
        """Ask the account that this one has moved to whether it names this one."""
        observed = found.observed
        if observed.moved_to is None or observed.native_id is None:
            yield Result(found.asked.target, observed)
            return
        yield self.question(
            observed.moved_to,
            partial(self.read_successor, observed=observed, url=successor_of(found.account)[1] or observed.moved_to),
            found.asked.target,
            headers={"Accept": ACTIVITY},
            otherwise=observed,
        )

    def read_successor(
        self, response: Response, target: Target, *, observed: Observed, url: str
    ) -> Iterator[Result | Request]:
        """Read the account that this one moved to. It becomes a link if it names the old one."""
        successor = parse_json(response, dict)
        if as_text(successor["id"]) != observed.moved_to:
            raise UnreadableError("unexpected_answer", "the actor is another")
        is_named_back = observed.native_id in names_in(successor.get("alsoKnownAs"))
        if observed.profile and is_named_back:
            links = tuple(dict.fromkeys((url, *observed.profile.links)))
            observed = replace(observed, profile=replace(observed.profile, links=links))
        yield Result(target, replace(observed, is_named_back=is_named_back))

    # Accounts that their actor shows, and no API.

    def read_actor(self, response: Response, target: Target, *, uri: str) -> Iterator[Result | Request]:
        """Read the account as other servers see it."""
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
            yield Result(target, read_tombstone(actor, server_of(uri)))
        elif response.status == 410:
            raise UnreadableError("unexpected_answer", "410 without a tombstone")
        else:
            asked = self._asked(response, target, server_of(uri))
            undated = {name: value for name, value in actor.items() if name != "published"}
            read = read_actor(undated, asked)
            if software_of(actor) is not None or not isinstance(read, Observed):
                yield from self._show_actor(actor, asked)
            else:
                # Not all software means the opening when it says `published`.
                yield self._ask_software(
                    target,
                    asked.server,
                    lambda software: (
                        self._show_actor(undated, asked, Drift(path="software", kind="missing"))
                        if software is None
                        else self._show_actor(actor, replace(asked, software=software))
                    ),
                    otherwise=read,
                )

    def _show_actor(self, actor: Mapping[str, Any], asked: Asked, *drift: Drift) -> Iterator[Result | Request]:
        target, read = asked.target, read_actor(actor, asked)
        if not isinstance(read, Observed):
            yield Result(target, read)
            return
        read = replace(read, drift=(*read.drift, *drift))
        followers = actor.get("followers")
        if read.status == "active" and _is_at(followers, asked.server):
            yield self.question(
                as_text(followers),
                partial(self.read_followers, observed=read, software=software_of(actor, asked.software)),
                target,
                headers={"Accept": ACTIVITY},
                otherwise=read,
            )
        elif read.status == "active" and followers is not None:
            yield Result(target, replace(read, drift=(*read.drift, Drift(path="followers", kind="mistyped"))))
        else:
            yield from self._follow(_Found(observed=read, account=actor, asked=asked))

    def read_followers(
        self, response: Response, target: Target, *, observed: Observed, software: str | None
    ) -> Iterator[Result | Request]:
        """Read how many follow, if the collection says it."""
        drift = list(observed.drift)
        followers = read_followers(parse_json(response, dict), software, drift)
        yield Result(target, replace(observed, followers=followers, drift=tuple(drift)))

    # Questions.

    def _asked(self, response: Response, target: Target, server: str, finger: Finger | None = None) -> Asked:
        return Asked(
            target=target,
            server=server,
            latest_at=latest_at(response),
            actor=finger and finger.actor,
            subject=finger and finger.subject,
            honours_noindex=self.job.settings.mastodon.honour_noindex,
        )

    def _ask_lookup(self, target: Target, server: str, user: str, finger: Finger | None = None) -> Request:
        return self.question(
            f"https://{server}/api/v1/accounts/lookup?acct={quote(user)}",
            partial(self.read_lookup, server=server, finger=finger),
            target,
            statuses=_AN_ANSWER,
            follows_redirects=False,
        )

    def _ask_webfinger(self, target: Target, host: str, trail: _Trail) -> Request:
        return self.question(
            webfinger_url(host, address_of(target)),
            partial(self.read_webfinger, trail=trail, host=host),
            target,
            statuses=(200, 404, 410),
            headers=_JRD,
        )

    def _ask_actor(self, target: Target, uri: str) -> Request:
        return self.question(
            uri,
            partial(self.read_actor, uri=uri),
            target,
            statuses=(200, 404, 410),
            headers={"Accept": ACTIVITY},
        )

    def _ask_nodeinfo(self, target: Target, host: str, trail: _Trail, webfinger: int) -> Request:
        return self.question(
            f"https://{host}/.well-known/nodeinfo",
            partial(self.read_nodeinfo, trail=trail, host=host, webfinger=webfinger),
            target,
            statuses=(200, 404, 410),
        )

    def _ask_software(
        self,
        target: Target,
        host: str,
        then: Callable[[str | None], Iterator[Result | Request]],
        *,
        otherwise: Observed | None = None,
        instead: Instead | None = None,
    ) -> Request:
        """Ask which software `host` runs: first for the address that says it, then at this address; None if the host
        does not say."""

        def read_place(response: Response, target: Target) -> Iterator[Result | Request]:
            try:
                url = read_nodeinfo_url(parse_json(response, dict), host)
            except (LookupError, TypeError, UnreadableError):
                yield from then(None)
            else:
                yield self.question(url, read_name, target, statuses=_AN_ANSWER, otherwise=otherwise, instead=instead)

        def read_name(response: Response, _target: Target) -> Iterator[Result | Request]:
            try:
                software = read_software(parse_json(response, dict))
            except (LookupError, TypeError, UnreadableError):
                software = None
            yield from then(software)

        return self.question(
            f"https://{host}/.well-known/nodeinfo",
            read_place,
            target,
            statuses=_AN_ANSWER,
            otherwise=otherwise,
            instead=instead,
        )


def _first_server(target: Target) -> str | None:
    """The host that is asked first: the account's server where it is known."""
    address = read_address(target.handle)
    if target.server is not None:
        return ascii_host(target.server)
    if address is not None:
        return address.host
    return _host_of(target)


def _host_of(target: Target) -> str | None:
    """The host in the URI of an account."""
    parts = urlsplit(target.native_id or "")
    return ascii_host(parts.hostname or "") if parts.scheme == "https" and ":" not in parts.netloc else None


def _account_in(response: Response) -> dict[str, Any] | None:
    """The account in the answer to a lookup; None for any other answer of a website."""
    if response.status != 200:
        return None
    try:
        account = parse_json(response, dict)
    except UnreadableError:
        return None
    return account if "followers_count" in account or {"id", "username", "acct"} <= account.keys() else None


def _is_asked_for(account: Mapping[str, Any], asked: Asked) -> bool:
    try:
        FEDIVERSE.identify(account, asked)
    except UnreadableError:
        return False
    return True


def _is_at(url: object, server: str) -> bool:
    try:
        return server_of(url) == server
    except (TypeError, UnreadableError):
        return False
