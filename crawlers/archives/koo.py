"""Koo: archived answers of its API and archived profile pages. UNVERIFIED: no real capture could be read.

Koo closed in July 2024 and no saved page or answer of it could be found. Field names are those that clients of its API
read: the wheel koo_api 0.0.3 and yt-dlp's extractor (https://github.com/yt-dlp/yt-dlp, yt_dlp/extractor/koo.py). Its
pages were made with Next.js; that they carry their data in `__NEXT_DATA__` is likely, not known. What has another form
is failure `unknown_layout`, so that a wrong guess about Koo costs observations and makes no wrong ones.

The end: announced on 3 July 2024, "the little yellow bird says its final goodbye" (PTI,
https://english.varthabharati.in/index.php/business/curtains-down-for-koo-founders-say-little-yellow-bird-bids-final-goodbye).
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from crawlers.reading import UnreadableError, as_instant, as_text, parse_body, read_count, read_words
from kooch.platforms import platform_of
from kooch.store.outcomes import CrawledBound, Drift, Failed, Observed, Profile

_FOUNDED_AT = datetime(2019, 11, 1, tzinfo=UTC)
"""Work on Koo began in November 2019 (Republic World, 2021-02-28): no account is older."""
_CLOSING_AT = datetime(2024, 7, 3, tzinfo=UTC)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_MILLISECONDS = 10**11
"""A number from here on counts milliseconds: in seconds it would be the year 5138."""
_MOST_JSON = 8 * 2**20
_MOST_LINKS = 100
_MOST_NOTICE = 5_000
"""Letters. A notice is a short page; a longer one may quote somebody who writes about the end."""

_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]\x00-\x1f\x7f\ud800-\udfff]{1,2000}", re.IGNORECASE)
_REPLAYED = re.compile(r"https?://web\.archive\.org/web/\d{1,14}(?:[a-z]{2}_)?/(?=https?:)", re.IGNORECASE)
"""What the Archive puts before every address of a page that it shows in a browser."""
# Strangers write this: every pattern takes time in proportion to the page.
_SCRIPT = re.compile(rb"<script\b([^<>]*)>", re.IGNORECASE)
_IS_NEXT_DATA = re.compile(rb"(?<![\w-])id\s*=\s*[\"']?__NEXT_DATA__(?![\w-])")
_SCRIPT_END = re.compile(rb"</script", re.IGNORECASE)
_PIECE = re.compile(r"<([^<>]*)>|([^<]+|<)")
_BLOCK = re.compile(
    r"/?(?:address|article|br|div|footer|h[1-6]|header|hr|li|main|p|section|td|title|tr|ul)\b", re.IGNORECASE
)
_UNSHOWN = re.compile(r"/?(script|style)\b", re.IGNORECASE)
_KOO = re.compile(r"\bkoo\b", re.IGNORECASE)
# A clause by Koo about itself and nothing else: other writers begin, continue or deny in other words.
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_ENDS = (
    r"(?: to (?:the public|all|everyone|you all|our users)| for (?:good|ever|the public|all|everyone)"
    r"| (?:today|now|forever|permanently)"
    rf"| (?:on|from|by|after|in|as of|effective)(?: the)? (?:\d[\w,/-]*|(?:{_MONTHS})[a-z]*)[\w ,/-]{{0,20}})?"
    r"\s*(?:[.!,;:…|)\"”’–—-]|$)"
)
_CLOSES = re.compile(
    r"\blittle yellow bird\b(?:(?!\b(?:not?|never)\b|n['’]t\b)[^.!?]){0,40}\bgood-?bye\b" + _ENDS + "|"
    r"(?:^|[.!?…:;,\"“‘–—-])\s*"
    r"(?:(?:the )?koo(?: app| platform)?|we|(?:the|this|our) (?:app|platform|services?))\b"
    r"(?: (?:koo|we|it|is|are|was|were|has|have|had|been|be|being|will|shall|must|to|now|today|that|you|and|the|a|this|our|its"
    r"|officially|permanently|finally|sadly|taken|made|come|decided|decision|tough|difficult|hard|painful|regret|sorry"
    r"|announc(?:e|es|ed|ing)|inform|say|going|about)\b){0,20}"
    r" (?:(?:shut|clos|wind)(?:s|es|ed|ting|ing)? ?down|(?:be|been|being) sunset|sunset(?:ting|ted)?"
    r"|discontinu(?:e|es|ed|ing)|ceas(?:e|es|ed|ing) operations|(?:say|bid)s? (?:its |our |a |final )*good-?bye)\b"
    r"(?: (?:koo|(?:the|this|our|its|all)(?: koo)? (?:app|platform|services?|operations)))?" + _ENDS,
    re.IGNORECASE | re.MULTILINE,
)
_SHOWS_SOMEBODY = re.compile(
    r"(?<!\w)@\w|\d[\d.,]*\s*(?:[^\W\d]+\.?\s+)?followers?\b|\bfollowers?\W{0,3}\d", re.IGNORECASE
)
"""A handle, or a number beside followers."""
_IS_FOR_A_WHILE = re.compile(r"\btemporar|\bmaintenance\b|\bback soon\b", re.IGNORECASE)


def parse_archived(body: bytes, captured_at: datetime, *, handle: str | None = None) -> Observed | Failed:
    """What a body that was archived at `captured_at` says of the account `handle`. UNVERIFIED: see the module.

    Read are an answer of `/apiV1/users/handle/…`, the `__NEXT_DATA__` of a page, and the notice of the end. In data,
    the account is the one object that has this `handle` and a `followerCount`; copies of it must agree. Without
    `handle`, as of a file of which nothing else is known, it must be the only account there.

    `links` are the http and https addresses anywhere in `socialProfile` and those in the description: where an owner
    says which accounts elsewhere are theirs. (Clients read `socialProfile.website`; the form of the rest is unknown.)
    `createdAt`, in seconds, milliseconds or ISO 8601, gives the bound `opened`: that second. If no account can have
    been opened then (before November 2019, or more than a day after the capture), it is drift. The notice
    (`platform_closed`) is known by its date, its words, its shortness, and that it shows nobody: alone, none of these
    proves anything.
    """
    try:
        return _read_body(body, captured_at, handle)
    except UnreadableError as error:
        # The message does not name the other account, because it may be suppressed.
        detail = error.detail if error.cause == "another_account" else f"{error.detail}; {_describe(body)}"
        return Failed(cause=error.cause, detail=detail)


def _read_body(body: bytes, captured_at: datetime, handle: str | None) -> Observed:
    data = _read_data(body)
    accounts = list(_accounts_in(data))
    if accounts:
        return _read_one(accounts, captured_at, handle)
    if captured_at >= _CLOSING_AT and _is_notice(body, handle):
        return Observed(status="platform_closed")
    missing = "__NEXT_DATA__" if data is None else "object with handle and followerCount"
    raise UnreadableError("unknown_layout", f"there is no {missing}")


def _read_data(body: bytes) -> dict[str, Any] | None:
    """The JSON that a body is or carries, if it does."""
    if _start_of(body) == b"{":
        return _parse(body)
    scripts = list(_next_data_in(body))
    if len(scripts) > 1:
        raise UnreadableError("unknown_layout", f"{len(scripts)} scripts are called __NEXT_DATA__")
    return _parse(scripts[0]) if scripts else None


def _start_of(body: bytes) -> bytes:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]


def _next_data_in(page: bytes) -> Iterator[bytes]:
    for opening in _SCRIPT.finditer(page):
        if _IS_NEXT_DATA.search(opening[1]):
            end = _SCRIPT_END.search(page, opening.end())
            if end is None:
                raise UnreadableError("unknown_layout", "__NEXT_DATA__ is cut off")
            yield page[opening.end() : end.start()]


def _parse(text: bytes) -> dict[str, Any]:
    if len(text) > _MOST_JSON:
        raise UnreadableError("unknown_layout", f"{len(text):,} bytes of JSON, more than any profile")
    try:
        return parse_body(text, dict)
    except UnreadableError as error:
        raise UnreadableError("unknown_layout", error.detail) from None


def _values_in(data: object) -> Iterator[object]:
    """Every value in JSON, in its order. A stack of our own: how deep it goes is up to strangers."""
    left = [data]
    while left:
        value = left.pop()
        yield value
        if isinstance(value, dict):
            left += reversed(value.values())
        elif isinstance(value, list):
            left += reversed(value)


def _accounts_in(data: object) -> Iterator[dict[str, Any]]:
    for value in _values_in(data):
        if isinstance(value, dict) and "followerCount" in value and isinstance(value.get("handle"), str):
            yield value


def _read_one(accounts: list[dict[str, Any]], captured_at: datetime, handle: str | None) -> Observed:
    """The account asked for. Raises UnreadableError unless there is one, and one reading of it."""
    names = {account["handle"].casefold() for account in accounts}
    if handle is None and len(names) > 1:
        raise UnreadableError("unknown_layout", f"{len(names)} accounts: say which with --handle")
    wanted = names.pop() if handle is None else handle.casefold()
    if handle is not None and wanted not in names:
        if len(names) == 1:
            raise UnreadableError("another_account", "the page is about another account")
        raise UnreadableError("unknown_layout", f"{len(names)} accounts, none of them the one asked for")
    readings = [_read(account, captured_at) for account in accounts if account["handle"].casefold() == wanted]
    if any(reading != readings[0] for reading in readings):
        raise UnreadableError("unknown_layout", f"{len(readings)} objects about {ascii(wanted)[:40]} do not agree")
    return readings[0]


def _read(account: dict[str, Any], captured_at: datetime) -> Observed:
    """One account. Raises UnreadableError where its identity or its followers cannot be read."""
    drift: list[Drift] = []
    koo = platform_of("koo")
    handle, native_id = _read_name(account, "handle", koo.is_handle), _read_name(account, "id", koo.is_id)
    followers = read_count(account, "followerCount", drift)
    if followers is None:
        raise UnreadableError("unknown_layout", f"followerCount is {ascii(account['followerCount'])[:40]}")
    bio = read_words(account, "description", drift)
    avatar_url = read_words(account, "profileImage", drift)
    if avatar_url is not None and not _ADDRESS.fullmatch(avatar_url):
        drift.append(Drift(path="profileImage", kind="mistyped"))
        avatar_url = None
    return Observed(
        status="active",
        native_id=native_id.lower(),
        followers=followers,
        following=read_count(account, "followingCount", drift),
        posts=read_count(account, "kusCount", drift),
        profile=Profile(
            handle=handle,
            display_name=read_words(account, "name", drift),
            bio=bio,
            links=_links_in(account.get("socialProfile"), bio),
            avatar_url=avatar_url and _REPLAYED.sub("", avatar_url),
        ),
        bounds=_read_opening(account, captured_at, drift),
        drift=tuple(drift),
    )


def _read_name(account: dict[str, Any], field: str, fits: Callable[[str], bool]) -> str:
    try:
        name = as_text(account.get(field))
    except (TypeError, ValueError):
        name = ""
    if not fits(name):
        raise UnreadableError("unknown_layout", f"{field} is {ascii(account.get(field))[:60]}")
    return name


def _read_opening(account: dict[str, Any], captured_at: datetime, drift: list[Drift]) -> tuple[CrawledBound, ...]:
    if "createdAt" not in account:
        drift.append(Drift(path="createdAt", kind="missing"))
        return ()
    value = account["createdAt"]
    try:
        if isinstance(value, int | float):
            at = datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS else value, UTC)
        else:
            at = as_instant(value)
    except (TypeError, ValueError, OverflowError, OSError):
        at = datetime.min.replace(tzinfo=UTC)
    if not _FOUNDED_AT <= at <= captured_at + _DAY:
        drift.append(Drift(path="createdAt", kind="mistyped" if at < _FOUNDED_AT else "too_large"))
        return ()
    at = at.replace(microsecond=0)
    return (CrawledBound(event="joined", not_before=at, before=at + _SECOND, kind="opened"),)


def _links_in(social: object, bio: str | None) -> tuple[str, ...]:
    texts = [text for text in (*_values_in(social), bio) if isinstance(text, str)]
    found = (_REPLAYED.sub("", link).rstrip(".,;:!?") for text in texts for link in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(found))[:_MOST_LINKS]


def _is_notice(page: bytes, handle: str | None) -> bool:
    """Whether a page says in a few words that Koo closes for good, and shows no account."""
    text = _visible_text(page) if _start_of(page) == b"<" else ""
    return (
        len(text) <= _MOST_NOTICE
        and _KOO.search(text) is not None
        and _CLOSES.search(text) is not None
        and _IS_FOR_A_WHILE.search(text) is None
        and _SHOWS_SOMEBODY.search(text) is None
        and (handle is None or re.search(rf"(?<!\w){re.escape(handle)}(?!\w)", text, re.IGNORECASE) is None)
    )


def _visible_text(page: bytes) -> str:
    """What a page of HTML shows, a line for each of its blocks, as far as it tells that it is too long for a notice."""
    words: list[str] = []
    letters, hidden_in = 0, ""
    for tag, text in _PIECE.findall(page.decode("utf-8", "replace")):
        unshown = _UNSHOWN.match(tag)
        if unshown and hidden_in in ("", unshown[1].lower()):
            hidden_in = "" if tag.startswith("/") else unshown[1].lower()
        elif _BLOCK.match(tag) and not hidden_in:
            words.append("\n")
        elif text.strip() and not hidden_in:
            words += unescape(text).split()
            letters += len(text)
        if letters > 2 * _MOST_NOTICE:
            break
    return "\n".join(filter(None, (" ".join(line.split()) for line in " ".join(words).split("\n"))))


def _describe(body: bytes) -> str:
    """The kind of the body. Nothing of its content is repeated, because it may name a suppressed account."""
    kinds = {b"": "white space", b"{": "JSON", b"[": "JSON", b"<": "HTML"}
    return f"{len(body):,} bytes of {kinds.get(_start_of(body), 'another kind')}" if body else "an empty body"
