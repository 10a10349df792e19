"""Bluesky: profiles from the AppView, states from the account's own server, dates and handles from the PLC directory.

An account is its DID; a handle is something that it holds for a while. `getProfiles` leaves out accounts that it cannot
show, so a missing member is asked for alone, then at its server (PDS), then in the directory. Error names, statuses and
endpoints are matched, never messages: those changed between two releases of one year.

Documents: https://docs.bsky.app/docs/api/app-bsky-actor-get-profiles, https://web.plc.directory/spec/v0.1/did-plc,
https://atproto.com/specs/handle, https://atproto.com/specs/did.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.atproto.directory import History, fold, is_did, is_handle, is_plc, read_history
from crawlers.atproto.profile import read_profile
from crawlers.base import PlatformSpider
from crawlers.questions import Read, Result
from crawlers.reading import UnreadableError, as_list, parse_json
from kooch.config import Settings
from kooch.store.outcomes import (
    CrawledBound,
    Failed,
    Observed,
    Status,
    Target,
)

_REPO_STATUSES: Mapping[str, Status] = {
    "deactivated": "deactivated",
    "deleted": "deleted",
    "suspended": "suspended",
    "takendown": "suspended",
}
_MILLISECOND = timedelta(milliseconds=1)


class BlueskySpider(PlatformSpider):
    name = platform = "bluesky"
    dates_accounts = True
    batch_size = 25

    @classmethod
    def forecast(cls, settings: Settings, targets: Sequence[Target]) -> Mapping[str, int]:
        return {
            str(settings.bluesky.appview): -(-len(targets) // cls.batch_size),
            str(settings.bluesky.plc): len(targets),
        }

    def fault_of(self, target: Target) -> Failed | None:
        what, is_right = (
            ("DID", is_did(target.native_id))
            if target.native_id is not None
            else ("handle", is_handle(target.handle or ""))
        )
        detail = f"{ascii(target.native_id or target.handle)[:80]} is not a {what}"
        return None if is_right else Failed(cause="malformed_handle", detail=detail, attempts=0)

    def ask(self, batch: Sequence[Target]) -> Iterator[Request]:
        actors = [("actors", _actor(target)) for target in batch]
        yield self.question(
            self._xrpc(self.job.settings.bluesky.appview, "app.bsky.actor.getProfiles", *actors),
            self.read_profiles,
            *batch,
            statuses=(200, 400),
        )

    def read_profiles(self, response: Response, *targets: Target) -> Iterator[Result | Request]:
        """Read the answer to a batch: profiles in any order, without those that cannot be shown; 400 if one member is malformed."""
        shown = parse_json(response, dict)
        profiles = as_list(shown["profiles"]) if response.status == 200 else []
        by_actor: dict[str, dict[str, Any]] = {}
        for profile in profiles:
            if isinstance(profile, dict):
                by_actor |= dict.fromkeys(_names(profile), profile)
        for target in targets:
            profile = by_actor.get(_actor(target))
            if profile is None:
                yield self.question(
                    self._xrpc(
                        self.job.settings.bluesky.appview, "app.bsky.actor.getProfile", ("actor", _actor(target))
                    ),
                    self.read_missing,
                    target,
                    statuses=(200, 400),
                )
            else:
                yield from self._member(target, profile)

    def read_missing(self, response: Response, target: Target) -> Iterator[Result | Request]:
        """Why a member was missing from its batch."""
        found = parse_json(response, dict)
        if response.status == 200:
            yield from self._member(target, found)
            return
        match found["error"]:
            case "AccountDeactivated":
                yield from self._date(target, Observed(status="deactivated", native_id=target.native_id))
            case "AccountTakedown":
                yield from self._date(target, Observed(status="suspended", native_id=target.native_id))
            case "InvalidRequest" if target.native_id is None:
                yield Result(target, Observed(status="not_found"))
            case "InvalidRequest" if target.server is not None:
                yield self._ask_server(target, target.server)
            case "InvalidRequest" if is_plc(target.native_id):
                yield self._ask_directory(target, str(target.native_id), partial(self.read_whereabouts, asked=None))
            case "InvalidRequest":
                raise UnreadableError("unexpected_answer", "the server of a did:web account is not known")
            case error:
                raise UnreadableError("unexpected_answer", f"getProfile answers {ascii(error)[:60]}")

    def read_repo_status(
        self, response: Response, target: Target, *, server: str, history: History | None
    ) -> Iterator[Result | Request]:
        """What the account's own server says, if the AppView does not show the account."""
        found = parse_json(response, dict)
        if response.status == 200:
            if found["did"] != target.native_id:
                raise UnreadableError("unexpected_answer", "getRepoStatus answers for another account")
            match found["active"], found.get("status"):
                case True, _:
                    detail = f"{server} says the account is active, the AppView that there is none"
                    yield Result(target, Failed(cause="conflicting_answers", detail=detail))
                case False, str(status) if status in _REPO_STATUSES:
                    yield Result(target, _gone(target, _REPO_STATUSES[status], server, history))
                case active, status:
                    raise UnreadableError(
                        "unexpected_answer", f"getRepoStatus answers {ascii(active)[:20]}, {ascii(status)[:40]}"
                    )
        elif found["error"] != "RepoNotFound":
            raise UnreadableError("unexpected_answer", f"getRepoStatus answers {ascii(found['error'])[:60]}")
        elif history is None and is_plc(target.native_id):
            # The account may have moved to another server.
            yield self._ask_directory(target, str(target.native_id), partial(self.read_whereabouts, asked=server))
        else:
            yield Result(target, _gone(target, "deleted", server, history))

    def read_whereabouts(self, response: Response, target: Target, *, asked: str | None) -> Iterator[Result | Request]:
        """The directory's word on where an account is that neither the AppView nor the server `asked` has shown."""
        if response.status == 404:
            parse_json(response, dict)
            yield Result(target, Observed(status="not_found", native_id=target.native_id))
            return
        history = read_history(parse_json(response, list), target.native_id or "")
        if history.ended_at is not None or (asked is not None and history.server == asked):
            yield Result(target, _gone(target, "deleted", history.server, history))
        elif history.server is None:
            raise UnreadableError("unexpected_answer", "the directory names no server")
        else:
            yield self._ask_server(target, history.server, history)

    def read_dates(self, response: Response, target: Target, *, observed: Observed) -> Iterator[Result | Request]:
        """Adds to an observation what the directory knows: when the account was made, its handles, its server."""
        history = read_history(parse_json(response, list), observed.native_id or "")
        if _took_over(target, history):
            detail = f"{observed.native_id} took the handle only after the roster had listed it"
            yield Result(target, Failed(cause="handle_taken_over", detail=detail))
        else:
            yield Result(target, _dated(observed, history))

    def _member(self, target: Target, profile: dict[str, Any]) -> Iterator[Result | Request]:
        """One profile, as `getProfiles` and `getProfile` both show it."""
        try:
            read = read_profile(profile, target)
        except (LookupError, TypeError, ValueError) as error:
            detail = f"profile: {type(error).__name__}: {ascii(str(error))[:160]}"
            yield Result(target, Failed(cause="unexpected_answer", detail=detail, http_status=200))
            return
        if isinstance(read, Observed):
            yield from self._date(target, read)
        else:
            yield Result(target, read)

    def _date(self, target: Target, observed: Observed) -> Iterator[Result | Request]:
        """The observation: with the directory's word when the account is new, not yet placed, or renamed."""
        shown = observed.profile.handle if observed.profile else target.handle
        is_renamed = fold(shown) != fold(target.handle)
        if is_plc(observed.native_id) and (target.native_id is None or target.server is None or is_renamed):
            # Only the directory can show whether the handle still belongs to the listed account.
            is_vouched_for = target.native_id is not None or target.listed_before is None
            yield self._ask_directory(
                target,
                str(observed.native_id),
                partial(self.read_dates, observed=observed),
                otherwise=observed if is_vouched_for else None,
                statuses=(200,),
            )
        else:
            yield Result(target, replace(observed, server=target.server))

    def _ask_directory(
        self,
        target: Target,
        did: str,
        read: Read,
        *,
        otherwise: Observed | None = None,
        statuses: Sequence[int] = (200, 404),
    ) -> Request:
        url = f"{_base(self.job.settings.bluesky.plc)}/{did}/log/audit"
        return self.question(url, read, target, statuses=statuses, otherwise=otherwise)

    def _ask_server(self, target: Target, server: str, history: History | None = None) -> Request:
        return self.question(
            self._xrpc(server, "com.atproto.sync.getRepoStatus", ("did", target.native_id or "")),
            partial(self.read_repo_status, server=server, history=history),
            target,
            statuses=(200, 400),
        )

    @staticmethod
    def _xrpc(server: object, method: str, *params: tuple[str, str]) -> str:
        return f"{_base(server)}/xrpc/{method}?{urlencode(params)}"


def _dated(observed: Observed, history: History) -> Observed:
    bounds = [_bound("joined", history.created_at)]
    if history.ended_at is not None:
        bounds.append(_bound("left", history.ended_at))
    return replace(observed, server=history.server, handles=history.handles, bounds=tuple(bounds))


def _bound(event: Literal["joined", "left"], at: datetime) -> CrawledBound:
    # The directory's clock is written to the millisecond.
    return CrawledBound(event=event, not_before=at, before=at + _MILLISECOND, kind="plc")


def _gone(target: Target, status: Status, server: str | None, history: History | None) -> Observed:
    observed = Observed(status=status, native_id=target.native_id, server=server)
    return _dated(observed, history) if history else observed


def _took_over(target: Target, history: History) -> bool:
    """Whether the history says that this is not the account the roster vouched for.

    An account found by its handle must have taken it before the roster listed it. If the account was found earlier,
    while the directory could not be read, its handle may be a later one. Then only an account that was made too late is
    another account.
    """
    if target.listed_before is None:
        return False
    if target.native_id is not None:
        return target.server is None and history.created_at >= target.listed_before
    taken_at = [span.valid_from for span in history.handles if span.handle == fold(target.handle)]
    return bool(taken_at) and min(taken_at) >= target.listed_before


def _actor(target: Target) -> str:
    return target.native_id or fold(target.handle)


def _names(profile: dict[str, Any]) -> Iterator[str]:
    """The names by which a member of a batch may have been asked for."""
    if isinstance(did := profile.get("did"), str):
        yield did
    if isinstance(handle := profile.get("handle"), str):
        yield fold(handle)


def _base(url: object) -> str:
    return str(url).rstrip("/")
