"""X's user objects, as its pages and its archived posts hold them: the forms of API v1.1 and of v2.

Documents: https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/user,
https://docs.x.com/x-api/fundamentals/data-dictionary.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.reading import UnreadableError, as_flag, as_instant, as_object, as_text, read_count, read_words
from kooch.platforms import platform_of
from kooch.rounded import looks_rounded
from kooch.store.outcomes import CrawledBound, Drift, Observed, Profile

FIRST_AT = datetime(2006, 3, 21, tzinfo=UTC)
"""The day of the first post: no account is older."""
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_REPLAYED = re.compile(r"[^?#]*?/\d{1,14}(?:[a-z]{2}_)?/(?=(?:https?:)?//[^/])", re.ASCII | re.IGNORECASE)
"""A replay's prefix, whichever server's: it ends with the time, and a page of any address follows."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INSTANT = re.compile(r"([A-Z][a-z]{2}) ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    handle: str
    following: str
    posts: str
    avatars: tuple[str, ...]
    read_instant: Callable[[object], datetime]


def read_v1_user(user: dict[str, Any], captured_at: datetime) -> Observed:
    """A user object of API v1.1. Raises UnreadableError where account, followers or protection cannot be read."""
    form = _Form(
        handle="screen_name",
        following="friends_count",
        posts="statuses_count",
        avatars=("profile_image_url_https", "profile_image_url"),
        read_instant=_as_v1_instant,
    )
    return _read(user, user, form, captured_at)


def read_v2_user(user: dict[str, Any], captured_at: datetime) -> Observed:
    """A user object of API v2 with its `public_metrics`. Raises UnreadableError, as `read_v1_user` does."""
    form = _Form(
        handle="username",
        following="following_count",
        posts="tweet_count",
        avatars=("profile_image_url",),
        read_instant=as_instant,
    )
    metrics = user.get("public_metrics")
    if not isinstance(metrics, dict):
        raise UnreadableError("no_data", "the user has no public_metrics")
    return _read(user, metrics, form, captured_at)


def original(address: str) -> str:
    """An address without what a web archive puts before every link of a page that it shows in a browser."""
    prefix = _REPLAYED.match(address)
    return address[prefix.end() :] if prefix else address


def as_links(addresses: Iterator[object]) -> tuple[str, ...]:
    """The http and https addresses among some values, each once, in their order."""
    found = (original(address.strip()) for address in addresses if isinstance(address, str))
    return tuple(dict.fromkeys(address for address in found if _ADDRESS.fullmatch(address)))


def _read(user: dict[str, Any], counts: dict[str, Any], form: _Form, captured_at: datetime) -> Observed:
    drift: list[Drift] = []
    try:
        native_id, handle, is_protected = _read_id(user), as_text(user[form.handle]), as_flag(user["protected"])
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableError("unknown_layout", f"user: {type(error).__name__}: {ascii(str(error))[:120]}") from None
    if not platform_of("x").is_shown(handle):
        raise UnreadableError("unknown_layout", f"user: {form.handle} is {ascii(handle)[:60]}")
    followers = read_count(counts, "followers_count", drift)
    if followers is None:
        raise UnreadableError("no_data", f"user: followers_count is {ascii(counts.get('followers_count'))[:40]}")
    avatars = (read_words(user, field, drift) for field in form.avatars)
    return Observed(
        status="protected" if is_protected else "active",
        native_id=native_id,
        followers=followers,
        following=read_count(counts, form.following, drift),
        posts=read_count(counts, form.posts, drift),
        profile=Profile(
            handle=handle,
            display_name=read_words(user, "name", drift),
            bio=read_words(user, "description", drift),
            links=as_links(_addresses_of(user)),
            verified=_read_verified(user, drift),
            avatar_url=next(iter(as_links(avatars)), None),
        ),
        bounds=opened(user, "created_at", form.read_instant, captured_at, drift),
        drift=tuple(drift),
    )


def _read_id(user: dict[str, Any]) -> str:
    """The numeric id. v2 has it as a text, v1.1 twice: as a text and as a number."""
    number, text = user["id"], user.get("id_str", user["id"])
    if isinstance(number, bool) or not platform_of("x").is_id(str(text)) or str(number) != str(text):
        raise ValueError(f"id is {number!r}, id_str {text!r}")
    # Programs read the number as a binary one; without the text beside it, it may be a neighbour's.
    if "id_str" not in user and isinstance(number, int) and looks_rounded(str(number)):
        raise ValueError(f"id is {number}, which a program has rounded, and there is no id_str")
    return str(text)


def _read_verified(user: dict[str, Any], drift: list[Drift]) -> bool | None:
    verified = user.get("verified")
    if isinstance(verified, bool):
        return verified
    drift.append(Drift(path="verified", kind="mistyped" if "verified" in user else "missing"))
    return None


def opened(
    account: dict[str, Any],
    field: str,
    read_instant: Callable[[object], datetime],
    captured_at: datetime,
    drift: list[Drift],
) -> tuple[CrawledBound, ...]:
    """The second in which an account says in `field` that it was opened; none, and a drift, if that is impossible."""
    try:
        at = read_instant(account[field]).replace(microsecond=0)
    except (LookupError, TypeError, ValueError):
        drift.append(Drift(path=field, kind="mistyped" if field in account else "missing"))
        return ()
    if not FIRST_AT <= at <= captured_at + _DAY:
        drift.append(Drift(path=field, kind="too_large" if at > captured_at else "mistyped"))
        return ()
    return (CrawledBound(event="joined", not_before=at, before=at + _SECOND, kind="opened"),)


def _as_v1_instant(value: object) -> datetime:
    """`Thu Nov 10 20:13:01 +0000 2011`: always in English and UTC, whatever the language of the page."""
    found = _INSTANT.fullmatch(as_text(value))
    if found is None:
        raise ValueError("not an instant of API v1.1")
    day_name, month, day, hour, minute, second, year = found.groups()
    at = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    if _DAYS[at.weekday()] != day_name:
        raise ValueError(f"not a {day_name}")
    return at


def _addresses_of(user: dict[str, Any]) -> Iterator[object]:
    """The owner's address and those in the description: as the owner wrote them, if X says so, not in X's short
    form."""
    for part in ("url", "description"):
        try:
            links = [as_object(link) for link in as_object(as_object(user["entities"])[part])["urls"]]
            yield from (link.get("expanded_url") or link.get("url") for link in links)
        except (LookupError, TypeError):
            if part == "url":
                yield user.get("url")
