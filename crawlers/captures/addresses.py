"""Reads an address: whose page or answer it is (a profile, a post, or a question to a platform's API about one account)."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from crawlers.archives import readable
from kooch.platforms import Account, platform_of, read

# For each API, its address and the handle that it names. No handle: only the answer says whom it is about.
_QUESTIONS = (
    ("bluesky", re.compile(r"/xrpc/app\.bsky\.actor\.(getProfiles?|searchActors)"), "actor"),
    ("x", re.compile(r"(api\.(twitter|x)\.com)/(1\.1|2)/(users|tweets|statuses)\b"), "screen_name"),
    ("x", re.compile(r"/(i/api/)?graphql/[\w-]+/User(s)?By\w+"), None),
    ("koo", re.compile(r"/apiV1/users/handle/(?P<handle>[^/?#]+)"), None),
    ("mastodon", re.compile(r"/api/v[12]/(accounts/(lookup|search|\d+)|search)(?=$|\?)"), None),
    ("mastodon", re.compile(r"/users/(?P<user>[^/?#]+)/?$"), None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an address says about a body: its platform, and who was asked for, if it names somebody."""

    platform: str
    handle: str | None = None


def place_of_address(url: str) -> Place | None:
    """Whose page or answer an address leads to; None for any other page, picture or script."""
    parts = urlsplit(url)
    bare = f"{parts.hostname or ''}{parts.path}"
    for platform, pattern, parameter in _QUESTIONS:
        if found := pattern.search(bare):
            names = found.groupdict()
            asked = names.get("handle") or next(iter(parse_qs(parts.query).get(parameter or "", [])), None)
            return Place(platform=platform, handle=_handle(platform, unquote(asked) if asked else None))
    account = read(url)
    if isinstance(account, Account) and account.platform in readable():
        return Place(platform=account.platform, handle=account.handle)
    return None


def _handle(platform: str, asked: str | None) -> str | None:
    """The handle that was asked for; None if an id was asked for."""
    name = (asked or "").removeprefix("@")
    return name if platform_of(platform).is_handle(name) else None
