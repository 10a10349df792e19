"""What a handle of each platform looks like, and which hosts mirror or bridge accounts of others."""

import re
from collections.abc import Iterable, Sequence, Set
from urllib.parse import parse_qs, unquote, urlsplit

import idna

from kooch.rosters.values import PlatformSlug

_DOMAIN_LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HOST = rf"({_DOMAIN_LABEL}\.)+[a-zA-Z]([a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?"
_MASTODON_LIKE = r"[a-zA-Z0-9_]([a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9_])?"
_SERVER = r"([^\W_]([^\W_]|-)*\.)+[^\W\d_]([^\W_]|-)+"

# bluesky: atproto.com/specs/handle. mastodon, truthsocial, gab: the username rule of Mastodon; servers may have
# internationalised names (bawü.social).
HANDLES: dict[PlatformSlug, tuple[re.Pattern[str], str]] = {
    "koo": (re.compile(r"[^\s/]{1,64}"), "a name without spaces or /"),
    "x": (re.compile(r"\w{1,15}", re.ASCII), "1 to 15 letters, digits or _"),
    "mastodon": (re.compile(rf"{_MASTODON_LIKE}@{_SERVER}"), "user@host"),
    "bluesky": (re.compile(rf"(?=.{{1,253}}$){_HOST}"), "a domain name such as name.bsky.social"),
    "threads": (re.compile(r"[\w.]{1,30}", re.ASCII), "1 to 30 letters, digits, . or _"),
    "instagram": (re.compile(r"[\w.]{1,30}", re.ASCII), "1 to 30 letters, digits, . or _"),
    "facebook": (re.compile(r"[\w.-]{1,100}"), "letters, digits, . or -"),
    "youtube": (re.compile(r"[\w.·-]{3,30}"), "3 to 30 letters, digits, _, . or -"),
    "truthsocial": (re.compile(_MASTODON_LIKE, re.ASCII), "letters, digits, _, . or -"),
    "gab": (re.compile(_MASTODON_LIKE, re.ASCII), "letters, digits, _, . or -"),
    "gettr": (re.compile(r"\w{1,30}", re.ASCII), "letters, digits or _"),
}

# bluesky: atproto.com/specs/did; only the two methods the network accepts.
NATIVE_IDS: dict[PlatformSlug, tuple[re.Pattern[str], str]] = {
    "bluesky": (re.compile(r"did:plc:[a-z2-7]{24}|did:web:[a-zA-Z0-9.-]+"), "did:plc:… or did:web:…"),
    "x": (re.compile(r"\d{1,20}", re.ASCII), "digits"),
    "youtube": (re.compile(r"UC[\w-]{21}[AQgw]", re.ASCII), "UC… with 24 characters"),
}

_SITES: dict[str, PlatformSlug] = {
    "x.com": "x",
    "twitter.com": "x",
    "bsky.app": "bluesky",
    "kooapp.com": "koo",
    "threads.net": "threads",
    "threads.com": "threads",
    "instagram.com": "instagram",
    "facebook.com": "facebook",
    "youtube.com": "youtube",
    "truthsocial.com": "truthsocial",
    "gab.com": "gab",
    "gettr.com": "gettr",
}
_PREFIXES = {"profile", "user", "users", "c", "web"}
# What stands in an address where a handle would, and is a page of the site's own.
_OWN_PAGES: dict[PlatformSlug, frozenset[str]] = {
    "koo": frozenset({"feed", "koo"}),
    "x": frozenset(
        (
            *("compose", "explore", "hashtag", "home", "i", "intent", "login", "messages", "notifications", "search"),
            *("settings", "share", "signup"),
        )
    ),
    "instagram": frozenset({"accounts", "explore", "p", "reel", "reels", "stories"}),
    "facebook": frozenset(
        (
            *("events", "groups", "hashtag", "pages", "permalink.php", "photo.php", "profile.php", "share"),
            *("sharer.php", "story.php", "watch"),
        )
    ),
    "youtube": frozenset({"feed", "hashtag", "playlist", "results", "shorts", "watch"}),
}
_MIRRORS = {"respublicae.eu", "bird.makeup", "kilogram.makeup", "rss-parrot.net", "brid.gy"}
_CLOSED = {"social.network.europa.eu"}


def clean_handle(platform: PlatformSlug, text: str) -> tuple[str | None, str | None]:
    """Read what people put into a cell: `(handle, native_id)`.

    Spaces, a leading @ and a profile's address on the platform's own site go. What is not understood is returned as
    it stands: `check` reports it, nothing is guessed.
    """
    text = text.strip()
    if not text:
        return None, None
    if re.match(r"(https?://|(www|m|mobile)\.)", text, re.IGNORECASE):
        try:
            return _read_url(platform, text)
        except ValueError:  # half an IPv6 address in brackets
            return text, None
    if platform == "bluesky" and text.startswith("did:"):
        return None, text
    if platform == "youtube" and NATIVE_IDS["youtube"][0].fullmatch(text):
        return None, text
    return text.lstrip("@"), None


def _read_url(platform: PlatformSlug, text: str) -> tuple[str | None, str | None]:
    url = urlsplit(text if "://" in text else f"https://{text}")
    host = (url.hostname or "").lower()
    segments = [unquote(segment) for segment in url.path.split("/") if segment]
    is_of_platform = any(slug == platform and f".{host}".endswith(f".{site}") for site, slug in _SITES.items())
    if is_of_platform and (native_id := _read_id(platform, segments, url.query)):
        return None, native_id
    names = segments[1:] if segments and segments[0].lower() in _PREFIXES else segments
    if not names or segments[0].lower() in _OWN_PAGES.get(platform, ()):
        return text, None
    name = names[0].lstrip("@")
    # Not of /ap/users/116, which does not say what the actor is called.
    if platform == "mastodon" and (len(names) == 1 or names[0].startswith("@")):
        return (name if "@" in name else f"{name}@{host}"), None
    if _SITES.get(re.sub(r"^(www|m|mobile)\.", "", host)) != platform:
        return text, None
    return (None, name) if name.startswith("did:") else (name, None)


def _read_id(platform: PlatformSlug, segments: Sequence[str], query: str) -> str | None:
    match platform, segments:
        case "facebook", ["profile.php"]:
            return parse_qs(query).get("id", [None])[0]
        case "youtube", ["channel", native_id, *_]:
            return native_id
        case "x", ["i", "user", native_id, *_] if NATIVE_IDS["x"][0].fullmatch(native_id):
            return native_id
    return None


def natural_keys(platform: PlatformSlug, text: str) -> frozenset[str]:
    """All names that the store may have for what `text` names: native ids, and `@` and the handle in lower case.

    `text` is a handle, an id or a profile's address; nothing comes of one that names no account. On Mastodon an address
    may be the account's id, and a server's host is no part of the handle where that has a domain of its own.
    """
    handle, native_id = clean_handle(platform, text)
    keys = {native_id} if native_id else set()
    if handle and HANDLES[platform][0].fullmatch(handle):
        keys |= {f"@{spelling}" for spelling in spell_handle(platform, handle)}
    if platform == "mastodon" and re.match(r"https?://[^/\s]+/.", text.strip(), re.IGNORECASE):
        _, _, rest = text.strip().partition("://")
        host, _, path = rest.rstrip("/").partition("/")
        keys |= {f"https://{spelling}/{path}" for spelling in _spell_host(host)}
        # What Mastodon calls the actor of user@host.
        keys |= {"https://{1}/users/{0}".format(*key[1:].split("@")) for key in keys if key.startswith("@")}
    return frozenset(keys)


def given_up(key: str) -> str:
    """How suppressions hold a name under which an account was listed and by which another goes now: of lists, it means the first."""
    return f"was {key}"


def listed_key(name: str) -> str:
    """The natural key under which a suppressed account may be listed or asked for: what `given_up` was made of."""
    return name.removeprefix("was ")


def spell_handle(platform: PlatformSlug, handle: str) -> set[str]:
    """A handle in lower case, its host as people write it and as the network does: bawü.social is xn--baw-joa.social."""
    user, at, host = handle.lower().rpartition("@")
    return {f"{user}{at}{spelling}" for spelling in (_spell_host(host) if platform == "mastodon" else {host})}


def _spell_host(host: str) -> set[str]:
    try:
        ascii_host = idna.encode(host.lower(), uts46=True).decode("ascii")
        return {host.lower(), ascii_host, idna.decode(ascii_host)}
    except UnicodeError:  # of which idna's own are kinds
        return {host.lower()}


def leads_to(platform: PlatformSlug, text: str, keys: Set[str]) -> bool:
    """Whether the handle, id or address `text`, as somebody else states it, is that of an account with one of `keys`."""
    return text in keys or not natural_keys(platform, text).isdisjoint(keys)


def naming(platform: PlatformSlug, keys: Iterable[str]) -> str:
    """A pattern, for Python and for DuckDB, that finds the texts which name an account with one of `keys`."""
    names = "|".join(_naming(platform, key) for key in sorted(keys))
    # A handle may hold dots and hyphens: what goes on with one is another.
    return rf"(?i)(^|\W)({names})($|[^\w.-]|[.-]($|\W))"


def _naming(platform: PlatformSlug, key: str) -> str:
    name = re.escape(key.removeprefix("@"))
    if not key.startswith("@") or platform == "bluesky":
        return name
    if platform == "mastodon":
        user, _, host = key[1:].partition("@")
        return rf"{name}|{re.escape(host)}/(users/|@){re.escape(user)}"
    # A word that a message uses, such as web or title, may be somebody's handle.
    sites = "|".join(re.escape(site) for site, slug in _SITES.items() if slug == platform)
    folders = "|".join(sorted(_PREFIXES | {"handle"}))
    return rf"@{name}|({sites})(:\d+)?/(\S*({folders})/)?@?{name}"


def host_of(platform: PlatformSlug, handle: str) -> str | None:
    """The host an account lives on, where the handle names it."""
    if platform == "mastodon":
        return handle.rpartition("@")[2].lower()
    return handle.lower() if platform == "bluesky" else None


def describe_foreign_host(host: str) -> str | None:
    """Why accounts on `host` are nobody's own: it mirrors or bridges other platforms, or is closed. Else None."""
    if host in _CLOSED:
        return "a server that has closed"
    if host.startswith("birdsite") or any(host == mirror or host.endswith(f".{mirror}") for mirror in _MIRRORS):
        return "a host that mirrors or bridges accounts of other platforms"
    return None
