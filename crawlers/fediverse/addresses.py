"""What the Fediverse's servers have in common: host names, WebFinger, actors, and the HTML of profiles.

Documents: https://www.rfc-editor.org/rfc/rfc7033 (WebFinger), https://www.rfc-editor.org/rfc/rfc6415 (host-meta),
https://www.w3.org/TR/activitypub/, https://docs.joinmastodon.org/spec/activitypub/.
"""

import re
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from crawlers.reading import UnreadableError, as_list, as_object, as_text
from kooch.platforms import ascii_host, describe_foreign_host, platform_of

ACTIVITY = "application/activity+json"
_MOST_LINKS = 100
ACTORS = frozenset({"Application", "Group", "Organization", "Person", "Service"})
_LINK = re.compile(r"<Link\b[^<>]*>", re.IGNORECASE)
_LRDD = re.compile(r"\brel=[\"']lrdd[\"']", re.IGNORECASE)
_TEMPLATE = re.compile(r"\btemplate=[\"']([^\"']{1,500})[\"']", re.IGNORECASE)
# Strangers write this: every pattern takes time in proportion to the text.
_PIECE = re.compile(r"<([^<>]*)>|([^<]+|<)")
_HREF = re.compile(r"\bhref=[\"'](https?://[^\"'\s<>]{1,2000})[\"']", re.IGNORECASE)
_TOPIC = re.compile(r"\bclass=[\"'][^\"']*\b(mention|hashtag)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]+")


class Address(NamedTuple):
    """An account's address: the part before the @, the domain as it is written, and the host in ASCII."""

    user: str
    domain: str
    host: str


class Finger(NamedTuple):
    """What WebFinger says about an account: its actor, and its address and name on its own server, if it has them."""

    actor: str
    subject: str | None
    user: str | None


def read_address(handle: str | None) -> Address | None:
    """`user@domain` in parts, or None when it cannot be an account's address."""
    if handle is None or not platform_of("mastodon").is_handle(handle):
        return None
    user, _, domain = handle.rpartition("@")
    host = ascii_host(domain)
    return None if host is None else Address(user, domain.lower(), host)


def server_of(url: object) -> str:
    """The host of an address that a server names. Raises UnreadableError, or TypeError for what is no text.

    Only https on its own port is followed; a host that mirrors another platform is refused by name.
    """
    try:
        parts = urlsplit(as_text(url))
        port = parts.port
    except ValueError:
        raise UnreadableError("unexpected_answer", "not an address") from None
    host = ascii_host(parts.hostname or "")
    if parts.scheme != "https" or host is None or port not in (None, 443) or "@" in parts.netloc:
        raise UnreadableError("unexpected_answer", f"leads to {ascii(url)[:80]}, which is no public server")
    if reason := describe_foreign_host(host):
        raise UnreadableError("refused", f"leads to {host}, {reason}")
    return host


def webfinger_url(host: str, address: Address) -> str:
    return f"https://{host}/.well-known/webfinger?resource=acct:{quote(address.user)}@{address.host}"


def read_finger(found: dict[str, Any], known: str | None = None) -> Finger:
    """What a WebFinger answer says. If it names several actors, it means the one that is `known`.

    Raises UnreadableError when it names none, or several of which none is known: on Lemmy a person and a group may share
    a name.
    """
    actors = []
    for link in map(as_object, as_list(found["links"])[:_MOST_LINKS]):
        kind = str(link.get("type", "")).replace(" ", "").lower()
        if link.get("rel") == "self" and (kind == ACTIVITY or kind.startswith("application/ld+json;profile=")):
            uri = as_text(link["href"])
            server_of(uri)
            actors.append(uri.partition("#")[0] if uri.endswith("#") else uri)
    if not actors:
        raise UnreadableError("unexpected_answer", "WebFinger names no ActivityPub actor")
    if len(set(actors)) > 1 and known not in actors:
        raise UnreadableError("conflicting_answers", "WebFinger names several actors")
    subject = re.fullmatch(r"acct:(([a-zA-Z0-9_.-]{1,64})@.*)", as_text(found.get("subject", "")))
    return Finger(
        actor=known if known is not None and known in actors else actors[0],
        subject=subject[1] if subject else None,
        user=subject[2] if subject else None,
    )


def read_webfinger_host(xrd: str) -> str | None:
    """The host that a host-meta document sends WebFinger questions to; None when it sends them nowhere."""
    for link in _LINK.findall(xrd):
        template = _TEMPLATE.search(link)
        if _LRDD.search(link) and template and "/.well-known/webfinger?resource={uri}" in template[1]:
            return server_of(unescape(template[1]).replace("{uri}", ""))
    return None


def plain_text(html: str | None) -> str | None:
    """What the HTML of a profile says."""
    words: list[str] = []
    for tag, text in _PIECE.findall(html or ""):
        words.append(unescape(text) if text else "\n" if re.match(r"br\b|/p\b", tag, re.IGNORECASE) else "")
    return "".join(words).strip() or None


def links_in(*pieces: str | None) -> tuple[str, ...]:
    """The addresses in pieces of HTML, each once; mentions of other accounts and hashtags are none."""
    found: list[str] = []
    for piece in pieces:
        is_linked = False
        for tag, text in _PIECE.findall(piece or ""):
            if text and not is_linked:
                found += _ADDRESS.findall(unescape(text))
            elif re.match(r"/?a\b", tag, re.IGNORECASE):
                is_linked = not tag.startswith("/")
                href = _HREF.search(tag)
                if is_linked and href and not _TOPIC.search(tag):
                    found.append(unescape(href[1]))
    return tuple(dict.fromkeys(found))[:_MOST_LINKS]


def names_in(value: object) -> list[str]:
    """One or several texts, as JSON-LD writes a set: a text alone, or a list."""
    return [name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)]
