"""X: accounts from API v2, 100 in a request; X charges for each of them.

An account is its numeric id. Members that cannot be shown are in `errors`, under HTTP 200. There, suspended and missing
accounts have the same `type`, so title and detail together decide.

The number of the newest post is a field of the account, and holds the time of the post: it costs nothing beside the account, as
far as X's price list says. The post itself would be charged for, and is not asked for.

Documents: https://docs.x.com/x-api/users/lookup/introduction, https://docs.x.com/x-api/fundamentals/rate-limits,
https://docs.x.com/x-api/fundamentals/response-codes-and-errors, https://docs.x.com/x-api/getting-started/pricing.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.archives.x_users import FIRST_AT
from crawlers.base import PlatformSpider
from crawlers.questions import Result
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
    unknown_fields,
)
from crawlers.runs import Job
from crawlers.spending import Tariff
from kooch.config import Settings
from kooch.platforms import platform_of
from kooch.store.outcomes import Cause, CrawledBound, Drift, Failed, Observed, Profile, Status, Target

_log = logging.getLogger(__name__)

_FIELDS = "created_at,description,public_metrics,verified,verified_type,protected,withheld,location,url,entities,most_recent_tweet_id"
KNOWN_FIELDS = frozenset({"id", "name", "username", *_FIELDS.split(",")})
"""The fields of an account: those that X always shows, and those that are asked for."""
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_REASONS: tuple[tuple[str, re.Pattern[str], Status], ...] = (
    ("Forbidden", re.compile(r"User has been suspended: \[(.+)\]\."), "suspended"),
    ("Not Found Error", re.compile(r"Could not find user with (?:username|id)s?: \[(.+)\]\."), "not_found"),
)
"""Why an account is not shown: title and detail, which names it."""
_NAMED = re.compile(r"\[[^\]]*\]?|@\w+|\d+")
"""What a title or detail may name accounts by."""
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_SECOND, _MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)
_NUMBERS_SINCE = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_FIRST_NUMBER_WITH_A_TIME = 29_700_859_247
_KINDS = frozenset({"none", "blue", "business", "government"})

_TOKEN_REFUSED = "refuses the token: set KOOCH_X_BEARER_TOKEN to that of an app which may look accounts up"  # noqa: S105 -- a sentence
_REFUSALS: Mapping[int, tuple[Cause, str]] = {
    401: ("refused", _TOKEN_REFUSED),
    402: ("refused", "asks for money: buy credits in X's developer console"),
    403: ("refused", _TOKEN_REFUSED),
    429: ("rate_limited", "has reached the cap of your project at X: raise it in X's developer console"),
}
"""Answers that would be the same for every account. After one of them nothing more is asked."""


class XSpider(PlatformSpider):
    name = platform = "x"
    shows_last_post = True
    dates_accounts = True
    batch_size = 100
    most_open = 1
    """One batch at a time, so that after a kill at most one batch is counted too much."""

    @classmethod
    def unready(cls, settings: Settings) -> str | None:
        if settings.x_bearer_token is None:
            return (
                "Environment variable KOOCH_X_BEARER_TOKEN is not set, and X answers known apps only. Set it to the bearer "
                "token of an app of yours at X."
            )
        if settings.x.usd_per_user and not settings.x.monthly_budget_usd:
            return (
                f"Setting x.monthly_budget_usd is 0, and X charges ${settings.x.usd_per_user:g} for an account. Set what a "
                f"month may cost in {settings.home / 'kooch.toml'}."
            )
        return None

    @classmethod
    def tariff(cls, settings: Settings) -> Tariff | None:
        if not settings.x.usd_per_user:
            return None
        return Tariff(usd_each=settings.x.usd_per_user, monthly_budget_usd=settings.x.monthly_budget_usd)

    @classmethod
    def forecast(cls, settings: Settings, targets: Sequence[Target]) -> Mapping[str, int]:
        # A plan has the known ids first. Where they end, one batch makes two questions.
        kinds = {target.native_id is None for target in targets}
        return {str(settings.x.api): -(-len(targets) // cls.batch_size) + len(kinds) // 2}

    def take(self, job: Job) -> None:
        super().take(job)
        self._refusal: Failed | None = None

    def charged(self, response: Response) -> int | None:
        try:
            return len(as_list(parse_json(response, dict).get("data", [])))
        except (UnreadableError, TypeError):
            return None

    def is_final(self, response: Response) -> bool:
        # The cap of a month answers 429 as well, and says that requests remain.
        remaining = response.headers.get("X-Rate-Limit-Remaining") or b"0"
        return response.status == 429 and remaining.isdigit() and int(remaining) > 0

    def fault_of(self, target: Target) -> Failed | None:
        if self._refusal is not None:
            return self._refusal
        what, is_right = (
            ("id", platform_of("x").is_id(target.native_id))
            if target.native_id is not None
            else ("handle", platform_of("x").is_handle(target.handle or ""))
        )
        detail = f"{ascii(target.native_id or target.handle)[:80]} is not the {what} of an account of X"
        return None if is_right else Failed(cause="malformed_handle", detail=detail, attempts=0)

    def ask(self, batch: Sequence[Target]) -> Iterator[Request]:
        numbered = [target for target in batch if target.native_id is not None]
        named = [target for target in batch if target.native_id is None]
        for path, parameter, targets in (("users", "ids", numbered), ("users/by", "usernames", named)):
            if targets:
                query = urlencode(
                    {parameter: ",".join(_name(target) for target in targets), "user.fields": _FIELDS}, safe=","
                )
                yield self._question(f"{path}?{query}", targets)

    def _question(self, path: str, targets: Sequence[Target]) -> Request:
        settings = self.job.settings
        token = settings.x_bearer_token.get_secret_value() if settings.x_bearer_token else ""
        return self.question(
            f"{str(settings.x.api).rstrip('/')}/2/{path}",
            self.read_users,
            *targets,
            statuses=(200, 400, *_REFUSALS),
            headers={"Authorization": f"Bearer {token}"},
            # The token goes only to X, so no redirect is followed.
            follows_redirects=False,
        )

    def read_users(self, response: Response, *targets: Target) -> Iterator[Result]:
        """Accounts in any order; those that are not shown are in `errors`, each with its reason."""
        if response.status in _REFUSALS:
            self._refuse(response)
        found = parse_json(response, dict)
        if response.status == 400:
            raise UnreadableError("unexpected_answer", f"answers 400, {_title(found)}")
        # A name of digits alone may be somebody else's id.
        key = "username" if targets[0].native_id is None else "id"
        users: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for user in as_list(found.get("data", [])):
            if isinstance(user, dict) and isinstance(name := user.get(key), str):
                users[name.lower()].append(user)
        errors: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for error in as_list(found.get("errors", [])):
            for name in _names_in_error(error):
                errors[name].append(error)
        for target in targets:
            yield Result(target, _read_answer(users[_name(target)], errors[_name(target)], target))

    def _refuse(self, response: Response) -> NoReturn:
        """Raises UnreadableError, and lets no more be asked."""
        cause, fault = _REFUSALS[response.status]
        if response.status == 429 and parse_json(response, dict).get("title") != "UsageCapExceeded":
            raise UnreadableError(cause, "answers 429")
        if self._refusal is None:
            _log.warning("X %s (%d).", fault, response.status)
        self._refusal = Failed(cause=cause, detail=f"X {fault}", http_status=response.status, attempts=0)
        raise UnreadableError(cause, fault)


def read_user(user: dict[str, Any], target: Target) -> Observed | Failed:
    """An account as API v2 shows it. Identity and status are strict: raises KeyError, TypeError or ValueError.

    An account that was opened after its handle was listed, or seen, is somebody else's.
    """
    native_id, handle, is_protected = as_text(user["id"]), as_text(user["username"]), as_flag(user["protected"])
    if not platform_of("x").is_id(native_id):
        raise ValueError("id is not an id")
    if not platform_of("x").is_shown(handle):
        raise ValueError("username is not a handle")
    drift: list[Drift] = []
    bounds = _read_opening(user, drift)
    known_at = [at for at in (target.listed_before, target.seen_since) if at is not None]
    if target.native_id is None and known_at:
        if not bounds:
            raise ValueError("no created_at, which alone tells whether the handle is still the listed account's")
        if bounds[0].not_before >= min(known_at):
            # The account is not the one asked for, so its id is not shown.
            detail = "the account was opened only after the handle had been listed or seen"
            return Failed(cause="handle_taken_over", detail=detail, http_status=200)
    metrics = user.get("public_metrics")
    counts: dict[str, Any] = metrics if isinstance(metrics, dict) else {}
    return Observed(
        status="protected" if is_protected else "active",
        native_id=native_id,
        followers=read_count(counts, "followers_count", drift),
        following=read_count(counts, "following_count", drift),
        posts=read_count(counts, "tweet_count", drift),
        profile=Profile(
            handle=handle,
            display_name=read_words(user, "name", drift),
            bio=read_words(user, "description", drift),
            links=_read_links(user),
            verified=_read_verified(user, drift),
        ),
        last_post_at=_read_newest(user, drift),
        withheld_in=_read_withheld(user, drift),
        bounds=bounds,
        drift=(*drift, *unknown_fields(user, KNOWN_FIELDS)),
    )


def _read_answer(users: list[dict[str, Any]], errors: list[dict[str, Any]], target: Target) -> Observed | Failed:
    """What the members of an answer about one account say: one thing, or nothing."""
    said = [_read_member(user, target) for user in users] or [_read_error(error, target) for error in errors]
    if not said:
        detail = "the account stands neither in data nor in errors"
        return Failed(cause="unexpected_answer", detail=detail, http_status=200)
    if any(other != said[0] for other in said):
        detail = "what the answer says of the account does not agree"
        return Failed(cause="conflicting_answers", detail=detail, http_status=200)
    return said[0]


def _read_member(user: dict[str, Any], target: Target) -> Observed | Failed:
    try:
        return read_user(user, target)
    except (LookupError, TypeError, ValueError) as error:
        detail = f"user: {type(error).__name__}: {ascii(str(error))[:160]}"
        return Failed(cause="unexpected_answer", detail=detail, http_status=200)


def _read_error(error: dict[str, Any], target: Target) -> Observed | Failed:
    """Why an account is not shown."""
    title, detail = error.get("title"), error.get("detail")
    words = detail if isinstance(detail, str) else ""
    for expected, form, status in _REASONS:
        said = form.fullmatch(words)
        if title == expected and said and said[1].lower() == _name(target):
            return Observed(status=status, native_id=target.native_id)
    return Failed(cause="unexpected_answer", detail=f"users: {_title(error)}", http_status=200)


def _read_opening(user: dict[str, Any], drift: list[Drift]) -> tuple[CrawledBound, ...]:
    try:
        at = as_instant(user["created_at"])
    except (LookupError, TypeError, ValueError):
        at = None
    if at is None or at < FIRST_AT:
        drift.append(Drift(path="created_at", kind="mistyped" if "created_at" in user else "missing"))
        return ()
    # X writes whole seconds with three zeroes.
    precision = _MILLISECOND if at.microsecond else _SECOND
    return (CrawledBound(event="joined", not_before=at, before=at + precision, kind="opened"),)


def _read_newest(user: dict[str, Any], drift: list[Drift]) -> datetime | None:
    """When the newest post came, by the number that X gave it; reposts may count. None: X shows no post, or none with a time."""
    if "most_recent_tweet_id" not in user:
        return None
    number = user["most_recent_tweet_id"]
    if isinstance(number, str) and re.fullmatch(r"[1-9]\d{0,18}", number, re.ASCII):
        return _posted_at(int(number))
    drift.append(Drift(path="most_recent_tweet_id", kind="mistyped"))
    return None


def _posted_at(number: int) -> datetime | None:
    """When a post was written, by its number: milliseconds since X's own epoch, in all but the last 22 bits. None: before."""
    return _NUMBERS_SINCE + (number >> 22) * _MILLISECOND if number >= _FIRST_NUMBER_WITH_A_TIME else None


def _read_verified(user: dict[str, Any], drift: list[Drift]) -> bool | None:
    """Whether it has a mark of any kind: `verified_type` says which, `verified` is older."""
    kind, verified = user.get("verified_type"), user.get("verified")
    if isinstance(kind, str) and kind in _KINDS:
        return kind != "none" or verified is True
    if kind is not None:
        drift.append(Drift(path="verified_type", kind="mistyped"))
    if isinstance(verified, bool):
        return verified
    drift.append(Drift(path="verified", kind="mistyped" if "verified" in user else "missing"))
    return None


def _read_withheld(user: dict[str, Any], drift: list[Drift]) -> tuple[str, ...]:
    """The countries in which X withholds the account, at somebody's legal demand."""
    withheld = user.get("withheld")
    if withheld is None:
        return ()
    codes = withheld.get("country_codes") if isinstance(withheld, dict) else None
    if isinstance(codes, list) and all(isinstance(code, str) and _COUNTRY.fullmatch(code) for code in codes):
        return tuple(sorted(set(codes)))
    drift.append(Drift(path="withheld.country_codes", kind="mistyped"))
    return ()


def _read_links(user: dict[str, Any]) -> tuple[str, ...]:
    """The owner's address and those in the description: as the owner wrote them, if X says so, not in X's short
    form."""
    found: list[object] = []
    for part in ("url", "description"):
        try:
            links = [as_object(link) for link in as_list(as_object(as_object(user["entities"])[part])["urls"])]
            found += [link.get("expanded_url") or link.get("url") for link in links]
        except (LookupError, TypeError):
            if part == "url":
                found.append(user.get("url"))
    addresses = (link for link in found if isinstance(link, str) and _ADDRESS.fullmatch(link))
    return tuple(dict.fromkeys(link.encode("utf-8", "replace").decode().replace("\0", "") for link in addresses))


def _name(target: Target) -> str:
    """The name by which a target is asked for, in the form in which it is compared: case does not count."""
    return target.native_id or (target.handle or "").lower()


def _names_in_error(error: object) -> Iterator[str]:
    """Which accounts an error is about; none if it is about another part of an answer."""
    if isinstance(error, dict) and error.get("resource_type", "user") == "user":
        yield from (name.lower() for key in ("value", "resource_id") if isinstance(name := error.get(key), str))


def _title(found: dict[str, Any]) -> str:
    """Title and detail without the accounts that they name, because one answer is about a hundred accounts."""
    title, detail = (ascii(_NAMED.sub("*", str(found.get(key)))) for key in ("title", "detail"))
    return f"{title[:60]}: {detail[:120]}"
