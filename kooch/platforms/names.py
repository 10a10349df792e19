"""All names that one account may go by, for finding and forgetting it."""

import re
from collections.abc import Iterable, Set

import idna

from kooch.platforms.hosts import spellings
from kooch.platforms.reading import Account, read
from kooch.platforms.registry import known, platform_of
from kooch.platforms.row import Platform

_WITH_PATH = re.compile(r"https?://[^/\s]+/.", re.IGNORECASE)


def natural_keys(platform: str, text: str) -> frozenset[str]:
    """All names that the store may have for what `text` names: native ids, and `@` and the handle in lower case.

    `text` is a handle, an id or a profile's address. A text that names no account of this platform has no names. Where
    accounts live on servers, an address may be the account's id, and a server's host is no part of the handle where that
    has a domain of its own.
    """
    row, text = platform_of(platform), text.strip()
    found = read(text, platform)
    keys: set[str] = set()
    if isinstance(found, Account) and found.platform == platform:
        keys |= {found.native_id} if found.native_id else set()
        keys |= {f"@{spelling}" for spelling in spell_handle(platform, found.handle)} if found.handle else set()
    if row.has_servers and _WITH_PATH.match(text) and (not isinstance(found, Account) or found.platform == platform):
        _, _, rest = text.partition("://")
        host, _, path = rest.rstrip("/").partition("/")
        keys |= {f"https://{spelling}/{path}" for spelling in spellings(host)}
        # What Mastodon calls the actor of user@host.
        keys |= {"https://{1}/users/{0}".format(*key[1:].split("@")) for key in keys if key.startswith("@")}
    return frozenset(keys)


def given_up(key: str) -> str:
    """The form in which suppressions hold a name that another account has now. In lists, it means the suppressed account."""
    return f"was {key}"


def listed_key(name: str) -> str:
    """The natural key under which a suppressed account may be listed or asked for: what `given_up` was made of."""
    return name.removeprefix("was ")


def spell_handle(platform: str, handle: str) -> set[str]:
    """A handle in lower case, its host as people write it and as the network does: bawü.social is xn--baw-joa.social."""
    user, at, host = handle.lower().rpartition("@")
    return {f"{user}{at}{spelling}" for spelling in (spellings(host) if platform_of(platform).has_servers else {host})}


def one_spelling(platform: str, handle: str) -> str:
    """A handle whose host is written as people write it: bawü.social, not xn--baw-joa.social."""
    user, at, host = handle.rpartition("@")
    if not (platform_of(platform).has_servers and "xn--" in host.lower()):
        return handle
    try:
        return f"{user}{at}{idna.decode(host.lower())}"
    except UnicodeError:  # of which idna's own are kinds
        return handle


def leads_to(platform: str, text: str, keys: Set[str]) -> bool:
    """Whether the handle, id or address `text`, as somebody else states it, is that of an account with one of `keys`."""
    return text in keys or not natural_keys(platform, text).isdisjoint(keys)


def naming(platform: str, keys: Iterable[str]) -> str:
    """A pattern, for Python and for DuckDB, that finds the texts which name an account with one of `keys`."""
    row = platform_of(platform)
    names = "|".join(_naming(row, key) for key in sorted(keys))
    # A handle may hold dots and hyphens. If the text goes on with one, it is another handle.
    return rf"(?i)(^|\W)({names})($|[^\w.-]|[.-]($|\W))"


def _naming(platform: Platform, key: str) -> str:
    name = re.escape(key.removeprefix("@"))
    if not key.startswith("@"):
        return name
    if platform.has_servers:
        user, _, host = key[1:].partition("@")
        return rf"{name}|{re.escape(host)}/(users/|@){re.escape(user)}"
    if platform.has_host:
        return name
    # A word that a message uses, such as web or title, may be somebody's handle.
    sites = "|".join(re.escape(site) for site in platform.sites)
    folders = "|".join(map(re.escape, _folders(platform)))
    return (
        rf"@{name}|({sites})(:\d+)?/(\S*({folders})/)?@?{name}"
        if sites and folders
        else (rf"@{name}|({sites})(:\d+)?/@?{name}" if sites else rf"@{name}")
    )


def _folders(platform: Platform) -> list[str]:
    """Words of addresses that stand before a handle."""
    addresses = [url.url for url in platform.urls] + [question.url for question in platform.archive]
    segments = (segment for address in addresses for segment in address.split("?")[0].split("/"))
    return sorted({segment for segment in segments if re.fullmatch(r"[\w-]+", segment)})


def host_of(platform: str, handle: str) -> str | None:
    """The host an account lives on, where the handle names it."""
    host = platform_of(platform).handle_form.host_in(handle)
    return host.lower() if host else None


def describe_foreign_host(host: str) -> str | None:
    """Why accounts on `host` are nobody's own: it mirrors or bridges other platforms, or is closed. Else None."""
    if is_closed_server(host):
        return "a server that has closed"
    if any(_is_mirror(host, mirror) for platform in known().values() for mirror in platform.mirrors):
        return "a host that mirrors or bridges accounts of other platforms"
    return None


def is_closed_server(host: str) -> bool:
    """Whether a server is known to have closed: accounts there were somebody's once."""
    return any(host in platform.closed_servers for platform in known().values())


def _is_mirror(host: str, mirror: str) -> bool:
    if mirror.endswith("*"):
        return host.startswith(mirror[:-1])
    return host == mirror or host.endswith(f".{mirror}")
