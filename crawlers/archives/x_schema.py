"""What a page of X says of its profile to search engines since 2023: schema.org's `ProfilePage`, as JSON-LD.

It has two forms, with and without `name`; both name what is counted by `interactionType`.
https://schema.org/ProfilePage, https://developers.google.com/search/docs/appearance/structured-data/profile-page.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from parsel import Selector

from crawlers.archives.x_users import as_links, opened
from crawlers.reading import (
    UnreadableError,
    as_instant,
    as_list,
    as_object,
    as_text,
    parse_body,
    read_count,
    read_words,
)
from kooch.platforms import platform_of
from kooch.store.outcomes import Drift, Observed, Profile

_MOST_SCRIPTS = 20


def read_schemas(page: Selector, captured_at: datetime) -> list[Observed]:
    """The accounts whose profile a page is: one, or several where it contradicts itself.

    Whether an account is protected is not said; it is there either way. Raises UnreadableError for a profile of which
    account or followers cannot be read.
    """
    return [_read(profile, captured_at) for profile in _profiles_in(page)]


def _profiles_in(page: Selector) -> Iterator[dict[str, Any]]:
    for text in page.css('script[type="application/ld+json"]::text').getall()[:_MOST_SCRIPTS]:
        try:
            found = parse_body(text, dict)
        except UnreadableError:
            continue
        if found.get("@type") == "ProfilePage":
            yield found


def _read(profile: dict[str, Any], captured_at: datetime) -> Observed:
    drift: list[Drift] = []
    x = platform_of("x")
    try:
        person = as_object(profile["mainEntity"])
        native_id, handle = as_text(person["identifier"]), as_text(person["additionalName"])
        counted = {_action(counter): counter for counter in map(as_object, as_list(person["interactionStatistic"]))}
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableError(
            "unknown_layout", f"ProfilePage: {type(error).__name__}: {ascii(str(error))[:120]}"
        ) from None
    if not x.is_id(native_id) or not x.is_shown(handle):
        raise UnreadableError("unknown_layout", "ProfilePage: identifier or additionalName is invalid")
    counts = {
        action: None if action not in counted else read_count(counted[action], "userInteractionCount", drift)
        for action in ("FollowAction", "SubscribeAction", "WriteAction")
    }
    if counts["FollowAction"] is None:
        raise UnreadableError("no_data", "ProfilePage: it counts no followers")
    image = person.get("image")
    links = person.get("relatedLink")
    return Observed(
        status="active",
        native_id=native_id,
        followers=counts["FollowAction"],
        following=counts["SubscribeAction"],
        posts=counts["WriteAction"],
        profile=Profile(
            handle=handle,
            display_name=read_words(person, "givenName", drift),
            bio=read_words(person, "description", drift),
            links=as_links(iter(links if isinstance(links, list) else [links])),
            avatar_url=next(iter(as_links(iter([image.get("contentUrl")]))), None) if isinstance(image, dict) else None,
        ),
        bounds=opened(profile, "dateCreated", as_instant, captured_at, drift),
        drift=tuple(drift),
    )


def _action(counter: dict[str, Any]) -> str:
    """`FollowAction` of `https://schema.org/FollowAction`."""
    return as_text(counter["interactionType"]).rpartition("/")[2]
