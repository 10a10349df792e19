"""Profile pages of X (Twitter) until 2020: eight layouts in some fifty languages; and what later ones tell search engines.

A page that embeds its account's own user object is read from there, from the bytes: broken markup, of which there is
much, hides an element from a parser and not from a search. Else the layout's own elements are read, inside the profile's
header alone: visitors, recommended accounts and the authors of posts have followers too. The user objects inside posts
are never read; they are as old as some cache. Where the text beside an object says otherwise, drift says so.

A page of 2020 and later is a program. Saved from a browser it shows numbers, and a replay mixes those of several days: only
its description for search engines is read.

The layouts, with their dates, are those of real captures from 2008, 2012, 2014, 2016 and 2017. Two are only known from
public code that reads them: the list of labels of early 2008 (a comment in a reader of that spring, HTMLParser.as) and
the mobile pages (`table.profile-stats` and `div.statnum`, in many scrapers). Which pages are older than 2008 and have
another form is not known; they are failures.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from itertools import islice

from parsel import Selector, SelectorList

from crawlers.archives.x_schema import read_schemas
from crawlers.archives.x_users import as_links, original, read_v1_user
from crawlers.reading import UnreadableError, parse_body
from kooch import counts
from kooch.platforms import platform_of
from kooch.store.outcomes import Drift, Observed, Profile, Status

_MOST = 2**31 - 1
_MOST_MARKS = 20
"""Places looked at for an embedded user object; a page has one. Strangers write this."""
_END = "\U000f1c0f"
"""Put after a page, where it ends: a number or a text that holds it was cut off. A code point that nobody assigns."""

_ATTRIBUTE = re.compile(rb"""\s*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?|\s*/(?!>)""")
_MARKS = ((b"<input", re.compile(rb"init-data")), (b"<div", re.compile(rb"data-user\s*=")))
_PROFILE_USER = re.compile(r'(?<!\\)"profile_user"\s*:\s*(?={)')
_ACCOUNT_LINK = re.compile(
    r"(?:(?:https?:)?//(?:[\w-]+\.)?twitter\.com(?::\d+)?)?/?(?:(?:#|%23)!/)?(\w+)(/(?:#!?/)?(?:verified_)?followers)?/?(?:\?.*)?",
    re.ASCII | re.DOTALL,
)
"""Groups: the account, and whether its followers are meant."""
_FEED = re.compile(r"/(?:user_timeline|favorites)/(\d{1,20})\.(?:rss|atom)$", re.ASCII)

_BETWEEN = ".,'’‘´`·٬،， \u00a0\u2009\u202f"
"""Signs that part groups of digits, in whatever language."""
_NUMBERS = re.compile(rf"\d(?:[\d{_BETWEEN}]*\d)?")
_WHOLE = re.compile(rf"\d+|\d{{1,3}}([{_BETWEEN}])(?:\d{{2,3}}\1)*\d{{3}}")
_TIMES = re.compile(r"[\s\u00a0]?(?:[KkMmBb]\b|[千万萬億亿천만억])")
_AROUND = " \t\r\n\f\v\u00a0\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Spaces, and the marks that steer the direction of writing."""
_SUSPENDED = "This account is currently suspended and is being investigated due to strange activity."
_PROTECTED = re.compile(r"This person has protected their (?:tweets|updates)")
_TEXT = " | ".join(
    f"{step}text()"
    for step in ("", "*[not(contains(@class, 'user-stats-stat') or contains(@class, 'u-hiddenVisually'))]//")
)
"""In XPath: the text of a number's element, whose parts may be elements, without a name that stands in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where a layout has each value, in CSS. `followers`, `following`, `posts` are elements in `stats` that show a
    number.

    `exact`: the attributes that hold a number in full, in XPath from the element that shows it. `protected` is empty
    where the page says it in words. `header`: the elements that, with `stats`, hold all that follows it.
    """

    stats: str
    followers: str
    following: str
    posts: str
    exact: tuple[str, ...] = ()
    handle: str
    header: str
    native_id: str
    display_name: str
    bio: str
    link: str
    avatar: str
    verified: str
    protected: str


_CLASSIC = _Layout(
    stats="body",
    followers="#follower_count, #followers_count",
    following="#following_count",
    posts="#update_count",
    handle='meta[name="page-user-screen_name"]::attr(content)',
    header="html",
    native_id='link[rel="alternate"]::attr(href)',
    display_name="#side .fn",
    bio="#side #bio .bio",
    link='#side a.url[rel~="me"]::attr(href)',
    avatar="h2.thumb img#profile-image::attr(src)",
    verified="#side .verified-profile",
    protected="",
)
_LAYOUTS = (
    _Layout(  # since May 2014
        stats="div.ProfileNav",
        followers='li.ProfileNav-item--followers a[data-nav="followers"] .ProfileNav-value',
        following='li.ProfileNav-item--following a[data-nav="following"] .ProfileNav-value',
        posts='li.ProfileNav-item--tweets a[data-nav="tweets"] .ProfileNav-value',
        exact=("@data-count", "ancestor::a[1]/@title"),
        handle="div.ProfileNav div.user-actions::attr(data-screen-name)",
        header="div.ProfileHeaderCard, img.ProfileAvatar-image",
        native_id="div.ProfileNav::attr(data-user-id)",
        display_name="a.ProfileHeaderCard-nameLink",
        bio="p.ProfileHeaderCard-bio",
        link="span.ProfileHeaderCard-urlText a::attr(title)",
        avatar="img.ProfileAvatar-image::attr(src)",
        verified="span.ProfileHeaderCard-badges span.Icon--verified",
        protected='span.ProfileHeaderCard-badges span.Icon--protected, div.user-actions[data-protected="true"]',
    ),
    _Layout(  # 2012 to May 2014
        stats="ul.js-mini-profile-stats, table.js-mini-profile-stats",
        followers='a[data-nav="followers"] strong',
        following='a[data-nav="following"] strong',
        posts='a[data-nav="profile"] strong',
        exact=("@title",),
        handle="div.profile-header .profile-card-inner::attr(data-screen-name)",
        # From June to October 2012 the card was no `profile-header`.
        header="div.profile-header, div.profile-card",
        native_id=".profile-card-inner::attr(data-user-id)",
        display_name=".fullname .profile-field",
        bio=".bio",
        link=".url a::attr(title)",
        avatar="img.avatar::attr(src)",
        verified=".fullname .verified",
        protected='.user-actions[data-protected="true"]',
    ),
    _Layout(  # 2011 and 2012, the pages with #! in their addresses
        stats="ul.user-stats",
        followers="a.user-stats-followers",
        following="a.user-stats-following",
        posts="a.user-stats-tweets",
        handle="div.profile-header::attr(data-screen-name)",
        header="div.profile-header",
        native_id=".profile-actions-container::attr(data-user-id)",
        display_name=".full-name h2",
        bio=".bio",
        link=".url a::attr(href)",
        avatar=".profile-picture img::attr(src)",
        verified=".full-name .verified",
        protected=".protected",
    ),
    _CLASSIC,  # 2008 to 2012
    replace(  # early 2008: labels are links, numbers stand after them
        _CLASSIC,
        stats="ul.stats",
        followers='li > a[href$="/followers"] ~ span.stats_count',
        following='li > a[href$="/friends"] ~ span.stats_count',
    ),
    _Layout(  # mobile.twitter.com
        stats="table.profile-stats",
        followers='a[href*="/followers"] .statnum',
        following='a[href*="/following"] .statnum',
        posts="td:first-child > .statnum",
        handle=".profile .screen-name::text",
        header=".profile",
        native_id="",
        display_name=".fullname",
        bio=".bio",
        link=".url a::attr(data-url)",
        avatar="td.avatar img::attr(src)",
        verified='.badge img[src*="verified"]',
        protected='.badge img[src*="protected"]',
    ),
)
_RENDERED = replace(  # since 2020, saved as a browser showed it; only held against the page's own data
    _CLASSIC,
    stats="#react-root",
    followers='a[href$="/verified_followers"] > span:first-child, a[href$="/followers"] > span:first-child',
    following='a[href$="/following"] > span:first-child',
    posts="#none",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    stats: Selector
    handle: str
    followers: int
    precision: int | None
    following: int | None
    posts: int | None


def read_page(body: bytes, captured_at: datetime) -> Observed:
    """The account whose profile a page is.

    Raises UnreadableError: `no_data` for a page that is only a program, `conflicting_answers` where a page shows two
    exact numbers or two accounts, `unknown_layout` for any other page.
    """
    page = Selector(body=body + _END.encode(), type="html")
    language = page.xpath("/html/@lang").get() or page.css('meta[http-equiv="Content-Language"]::attr(content)').get()
    users = [user for text in _embedded_users(body) if (user := _read_embedded(text, captured_at)) is not None]
    if users:
        return _one_of(users, _contradictions(page, users[0], language))
    if described := read_schemas(page, captured_at):
        contradictions = _contradictions(page, described[0], language)
        if any(drift.path == "handle" for drift in contradictions):
            # If somebody goes on to another page in a browser, the description of the first page may stay.
            raise UnreadableError("conflicting_answers", "the page describes one account and shows another")
        return _one_of(described, contradictions)
    for layout in _LAYOUTS:
        if (found := _read_counts(page, layout, language)) is not None:
            return _observe(page, layout, found, language)
    if page.css(_RENDERED.stats).css(_RENDERED.followers):
        raise UnreadableError(
            "no_data", "a page saved as a browser showed it, without the data: its numbers may be of several days"
        )
    if page.css("#react-root") or b"twttr.versionName = 'phoenix'" in body:
        raise UnreadableError("no_data", "the page is a program that would fetch the profile")
    # The message does not repeat the title, which may name a suppressed account.
    title = "a title" if page.css("title") else "no title"
    raise UnreadableError("unknown_layout", f"{len(body):,} bytes, {title}: no profile of a known form")


def _one_of(users: list[Observed], contradictions: tuple[Drift, ...]) -> Observed:
    if any((user.native_id, user.followers) != (users[0].native_id, users[0].followers) for user in users):
        raise UnreadableError("conflicting_answers", f"{len(users)} embedded users do not agree")
    return replace(users[0], drift=(*users[0].drift, *contradictions))


def _contradictions(page: Selector, seen: Observed, language: str | None) -> tuple[Drift, ...]:
    """Where the text of a page contradicts its object; nothing if the text cannot be read."""
    shown = None
    try:
        for layout in (*_LAYOUTS, _RENDERED):
            shown = shown or _read_counts(page, layout, language)
    except UnreadableError as error:
        return (Drift(path="followers", kind="contradicts"),) if error.cause == "conflicting_answers" else ()
    if shown is None or seen.followers is None or seen.profile is None:
        return ()
    if shown.handle.casefold() != seen.profile.handle.casefold():
        return (Drift(path="handle", kind="contradicts"),)
    # A text may be rounded or cut: twice its precision holds both.
    is_other = abs(shown.followers - seen.followers) > 2 * (shown.precision or 0)
    return (Drift(path="followers", kind="contradicts"),) if is_other else ()


def _embedded_users(body: bytes) -> Iterator[str]:
    """The JSON texts of the profile's user object: in `input#init-data`, and in the header's `data-user`."""
    lowered = body.lower()
    for tag, mark in _MARKS:
        places = islice(mark.finditer(lowered), _MOST_MARKS)
        for start in sorted({lowered.rfind(tag, 0, place.start()) for place in places} - {-1}):
            attributes = _attributes_from(body, start + len(tag))
            if attributes.get("id") == "init-data":
                yield from _profile_users_in(attributes.get("value", ""))
            elif "profile-header" in attributes.get("class", "").split():
                yield attributes.get("data-user", "")


def _attributes_from(body: bytes, at: int) -> dict[str, str]:
    """The attributes of a tag, from the end of its name on. The first of a name counts, as in HTML."""
    found: dict[str, str] = {}
    while (attribute := _ATTRIBUTE.match(body, at)) and attribute.end() > at:
        at = attribute.end()
        name, *values = attribute.groups()
        if name is not None:
            value = next((value for value in values if value is not None), b"").decode("utf-8", "replace")
            # Most of what is escaped is this one, and `unescape` is slow.
            found.setdefault(name.decode("utf-8", "replace").lower(), unescape(value.replace("&quot;", '"')))
    return found


def _profile_users_in(init_data: str) -> Iterator[str]:
    """The value of `profile_user`, even if the rest is broken or has a key twice."""
    for key in _PROFILE_USER.finditer(init_data):
        try:
            _, end = json.JSONDecoder().raw_decode(init_data, key.end())
        except (ValueError, RecursionError):
            continue
        yield init_data[key.end() : end]


def _read_embedded(text: str, captured_at: datetime) -> Observed | None:
    try:
        return read_v1_user(parse_body(text, dict), captured_at)
    except UnreadableError:
        # The layout may still show what the object does not.
        return None


def _read_counts(page: Selector, layout: _Layout, language: str | None) -> _Counts | None:
    """The counts of the page's account, where the page has this layout."""
    readings = [
        reading
        for stats in page.css(layout.stats)
        if (reading := _read_stats(page, stats, layout, language)) is not None
    ]
    if any(
        (r.handle.casefold(), r.followers) != (readings[0].handle.casefold(), readings[0].followers) for r in readings
    ):
        raise UnreadableError("conflicting_answers", f"{len(readings)} profiles on one page do not agree")
    return readings[0] if readings else None


def _read_stats(page: Selector, stats: Selector, layout: _Layout, language: str | None) -> _Counts | None:
    """What one list of counts says, if it is the profile's. A visitor's own links lead to `/followers`, without a
    name."""
    own = [(handle, shown) for shown in stats.css(layout.followers) if (handle := _owner(page, shown, layout))]
    if not own:
        return None
    if len(own) > 1:
        raise UnreadableError("conflicting_answers", f"{len(own)} counts of followers in one profile")
    handle, shown = own[0]
    followers, precision = _read_shown(shown, layout, language)
    return _Counts(
        stats=stats,
        handle=handle,
        followers=followers,
        precision=precision,
        following=_read_exact(stats.css(layout.following), layout, language),
        posts=_read_exact(stats.css(layout.posts), layout, language),
    )


def _owner(page: Selector, shown: Selector, layout: _Layout) -> str | None:
    """The account whose followers a number counts: the one that its link names, or, if it is not a link, the one that
    the header names."""
    link = shown.xpath(
        "(ancestor-or-self::a | ../a | ../*[contains(concat(' ', @class, ' '), ' label ')]/a)[1]/@href"
    ).get()
    if link is not None:
        handle = _account_in(link, is_followers=True)
    else:
        canonical = page.css('link[rel="canonical"]::attr(href)').get("")
        handle = page.css(layout.handle).get() or _account_in(canonical, is_followers=False)
    handle = handle.strip().removeprefix("@")
    return handle if platform_of("x").is_shown(handle) else None


def _account_in(link: str, *, is_followers: bool) -> str:
    """The account to whose profile, or list of followers, a link leads; nothing for a link to anything else."""
    found = _ACCOUNT_LINK.fullmatch(original(link.strip()))
    return found[1] if found and bool(found[2]) is is_followers else ""


def _read_shown(shown: Selector, layout: _Layout, language: str | None) -> tuple[int, int | None]:
    """A number and its precision, exact if the page has it anywhere in full."""
    text = _text_of(shown)
    exact = _exact_values(shown, layout)
    try:
        count = counts.read_count(text, language)
    except counts.NotACountError as error:
        count, fault = None, f"followers: {ascii(str(error))[:160]}"
    # A text may be rounded or cut: twice its precision holds both.
    if len(exact) > 1 or any(count and abs(value - count.value) > 2 * (count.precision or 0) for value in exact):
        raise UnreadableError("conflicting_answers", f"followers are {sorted(exact)} and {ascii(text)[:40]}")
    if exact:
        (value,) = exact
        if value < 1000 and count is None:
            # X shortens no number this small: the attribute was shortened, too.
            raise UnreadableError("unknown_layout", f"followers are {value} and {ascii(text)[:40]}")
        return value, None
    if count is None:
        raise UnreadableError("unknown_layout", fault)
    if not 0 <= count.value <= _MOST:
        raise UnreadableError("unknown_layout", f"followers are {count.value}")
    return count.value, count.precision


def _read_exact(shown: SelectorList[Selector], layout: _Layout, language: str | None) -> int | None:
    """A number that is shown once, and in full."""
    try:
        value, precision = _read_shown(shown[0], layout, language) if len(shown) == 1 else (None, None)
    except UnreadableError:
        return None
    return value if precision is None else None


def _exact_values(shown: Selector, layout: _Layout) -> set[int]:
    """The whole numbers that an element and its attributes give. A number without a word is never a rounded one."""
    sayings = [saying for source in layout.exact for saying in shown.xpath(source).getall()]
    found = {_whole_number_in(saying) for saying in sayings}
    text = _text_of(shown)
    if _WHOLE.fullmatch(text):
        found.add(_whole_number_in(text))
    return {value for value in found if value is not None}


def _whole_number_in(saying: str) -> int | None:
    """The one number among words, in the digits of any script, whatever separates its groups.

    None for no number, several, one with decimals, a sign or a zero before it, one that a word multiplies, and one past
    every count.
    """
    numbers = list(_NUMBERS.finditer(saying))
    if len(numbers) != 1 or not _WHOLE.fullmatch(numbers[0][0]):
        return None
    start, end = numbers[0].span()
    if saying[:start].endswith(("-", "−", "+")) or _TIMES.match(saying, end) or _END in saying:
        return None
    digits = "".join(letter for letter in numbers[0][0] if letter.isdecimal())
    value = int(digits[:20])
    return value if value <= _MOST and len(str(value)) == len(digits) else None


def _text_of(shown: Selector) -> str:
    return "".join(shown.xpath(_TEXT).getall()).strip(_AROUND)


def _observe(page: Selector, layout: _Layout, found: _Counts, language: str | None) -> Observed:
    header = SelectorList([found.stats, *(part for part in page.css(layout.header) if _may_be_of(part, found.handle))])
    return Observed(
        status=_read_state(page, header, layout, language),
        native_id=_read_native_id(header, layout),
        followers=found.followers,
        followers_precision=found.precision,
        following=found.following,
        posts=found.posts,
        profile=Profile(
            handle=found.handle,
            display_name=_words(header, layout.display_name),
            bio=_words(header, layout.bio),
            links=as_links(iter(header.css(layout.link).getall()[:1])),
            verified=True if header.css(layout.verified) else None,
            avatar_url=next(iter(as_links(iter(header.css(layout.avatar).getall()[:1]))), None),
        ),
    )


def _may_be_of(part: Selector, handle: str) -> bool:
    """Whether a part of a page names nobody, or the account: cards show others, too."""
    names = part.css(".profile-card-inner::attr(data-screen-name)").getall()
    return not names or handle.casefold() in (name.casefold() for name in names)


def _read_state(page: Selector, header: SelectorList[Selector], layout: _Layout, language: str | None) -> Status:
    """What the page says of the account. The oldest layouts say it in words, of which only the English are known."""
    if layout.protected:
        return "protected" if header.css(layout.protected) else "active"
    notices = page.css("div.profile-head p > em::text").getall()
    if _SUSPENDED in notices:
        return "suspended"
    # A protected account shows no posts. A post may also hold these words.
    content = page.css("#content")
    if content.css(".entry-content"):
        return "active"
    if _PROTECTED.search(content.xpath("string()").get("")):
        return "protected"
    if notices or not (language or "en").lower().startswith("en"):
        raise UnreadableError("unknown_layout", "no post is shown, and why is said in words that are not known")
    return "active"


def _read_native_id(header: SelectorList[Selector], layout: _Layout) -> str | None:
    """The account's number: one only, however often it is written."""
    if not layout.native_id:
        return None
    values = header.css(layout.native_id).getall()
    if layout.native_id.startswith("link"):
        values = [feed[1] for value in values if (feed := _FEED.search(value))]
    found = {value for value in values if re.fullmatch(r"[1-9]\d{0,19}", value, re.ASCII)}
    return found.pop() if len(found) == 1 else None


def _words(header: SelectorList[Selector], css: str) -> str | None:
    """A text as people read it; nothing if the page ends in it."""
    text = header.css(css).xpath("string()").get()
    return " ".join(text.split()) or None if text is not None and _END not in text else None
