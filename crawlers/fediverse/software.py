"""Which software a server of the Fediverse runs, and what its answers mean therefore.

Documents: https://nodeinfo.diaspora.software/protocol, https://nodeinfo.diaspora.software/schema.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawlers.fediverse.addresses import server_of
from crawlers.reading import UnreadableError, as_list, as_object, as_text, parse_json

if TYPE_CHECKING:
    from scrapy.http import Response

MASTODON = "mastodon"
_MASTODONS = frozenset({"fedibird", "glitchsoc", "hometown", MASTODON})
_MASTODON_SIGNS = ("hide_collections", "indexable", "noindex", "roles")
_SHOW_ZERO = _MASTODONS | {"akkoma", "gotosocial", "hollo", "pleroma", "takahe", "wordpress"}
"""Software whose 0 is a count. Pixelfed and Misskey write 0 for a count that the owner hides."""
_ONE_CASE = _MASTODONS | {"akkoma", "firefish", "misskey", "pleroma", "sharkey"}
"""Software on which `Name` and `name` are one account. On others (Hollo, Takahē) a name exists in one spelling."""


_LEAST_DATED_ID = 10**17
"""Mastodon counted its accounts until 2019; later ids are milliseconds since 1970, shifted left by 16 bits."""


def software_of(shown: Mapping[str, Any], named: str | None = None) -> str | None:
    """The software that made an account or an actor: by NodeInfo (`named`), else by signs that only this software
    gives."""
    if named is not None:
        return MASTODON if named in _MASTODONS else named
    if is_pleroma(shown):
        return "pleroma"
    # Mastodon 4.2 and later name the actor of an account.
    if isinstance(shown.get("uri"), str) and any(sign in shown for sign in _MASTODON_SIGNS):
        return MASTODON
    if (at := instant_of_id(shown)) is not None and str(shown.get("created_at")).startswith(f"{at:%Y-%m-%d}T"):
        return MASTODON
    if "/wp-json/activitypub/" in (inbox := str(shown.get("inbox"))) or "rest_route=/activitypub/" in inbox:
        return "wordpress"
    return MASTODON if "featuredTags" in shown and "preferredUsername" in shown else None


def instant_of_id(account: Mapping[str, Any]) -> datetime | None:
    """The millisecond in which Mastodon opened an account, as its id has it; None for a number that is only counted."""
    number = account.get("id")
    if not isinstance(number, str) or not re.fullmatch(r"[1-9]\d{0,18}", number, re.ASCII):
        return None
    if int(number) <= _LEAST_DATED_ID:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(number) >> 16)


def is_pleroma(account: Mapping[str, Any]) -> bool:
    """Whether Pleroma or Akkoma shows the account: both say there what they hide."""
    return isinstance(account.get("pleroma"), dict)


def shows_zero(software: str | None) -> bool:
    """Whether a 0 is a count. If the software is unknown, a 0 may stand for a hidden count."""
    return software in _SHOW_ZERO


def takes_any_case(software: str | None) -> bool:
    """Whether a server finds an account in whatever letter case it is asked for."""
    return software in _ONE_CASE


def read_nodeinfo_url(found: Mapping[str, Any], asked: str) -> str:
    """The address of the NodeInfo document of the host `asked`. Raises UnreadableError when there is none at that host."""
    for link in map(as_object, as_list(found["links"])[:20]):
        if str(link.get("rel", "")).startswith("http://nodeinfo.diaspora.software/ns/schema/"):
            url = as_text(link["href"])
            server_of(url)
            return url
    raise UnreadableError("unexpected_answer", f"{asked} names no NodeInfo document")


def read_software(found: Mapping[str, Any]) -> str:
    """The name of the software in a NodeInfo document, in lower case."""
    return as_text(as_object(found["software"])["name"]).lower()


def says_not_found(response: "Response") -> bool:
    """Whether an answer says in the words of Mastodon's API that there is no such account."""
    try:
        return response.status == 404 and parse_json(response, dict) == {"error": "Record not found"}
    except UnreadableError:
        return False
