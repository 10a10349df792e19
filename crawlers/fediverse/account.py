"""Accounts of the Fediverse as servers show them: Mastodon's API, ActivityPub actors and tombstones. No network here.

What a platform of Mastodon's API does in its own way is a `Form`: how an account is identified, dated and verified.

Documents: https://docs.joinmastodon.org/entities/Account/, https://docs.joinmastodon.org/spec/activitypub/.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from crawlers.fediverse.addresses import (
    ACTORS,
    Address,
    links_in,
    names_in,
    plain_text,
    read_address,
    server_of,
)
from crawlers.fediverse.software import MASTODON, instant_of_id, is_pleroma, shows_zero, software_of
from crawlers.reading import (
    UnreadableError,
    as_flag,
    as_instant,
    as_object,
    as_text,
    read_count,
    read_words,
    unknown_fields,
)
from kooch.platforms import ascii_host
from kooch.store.outcomes import CrawledBound, Drift, Failed, Observed, Profile, Skipped, Status, Target

Shown = Mapping[str, Any]
"""An account or an actor, as JSON."""

_DAY, _SECOND, _MILLISECOND = timedelta(days=1), timedelta(seconds=1), timedelta(milliseconds=1)
_T = TypeVar("_T")
_MOST_NAMES = 20
_MOST_FIELDS = 100
"""The most fields that are read from a profile. Mastodon has four, Misskey sixteen."""
_FIRST_SERVER_AT = datetime(2008, 1, 1, tzinfo=UTC)
"""identi.ca opened in 2008, before any other server of what became the Fediverse: https://en.wikipedia.org/wiki/Identi.ca"""

KNOWN_FIELDS = frozenset(
    (
        *("acct", "avatar", "avatar_description", "avatar_static", "bot", "created_at", "discoverable", "display_name"),
        *("emojis", "fields", "followers_count", "following_count", "group", "header", "header_description"),
        *("header_static", "hide_collections", "id", "indexable", "last_status_at", "limited", "locked", "memorial"),
        *(
            "moved",
            "mute_expires_at",
            "noindex",
            "note",
            "roles",
            "source",
            "statuses_count",
            "suspended",
            "uri",
            "url",
        ),
        *("username", "show_featured", "show_media", "show_media_replies", "feature_approval", "email_subscriptions"),
        # Pleroma and Akkoma
        *("akkoma", "fqn", "follow_requests_count", "pleroma"),
        # GoToSocial
        *("avatar_media_id", "custom_css", "enable_rss", "header_media_id", "role", "theme"),
        # Pixelfed
        *("header_bg", "is_admin", "last_fetched_at", "local", "location", "note_text", "pronouns", "website"),
    )
)
"""The fields of an account in Mastodon's API, as its documentation and those of other software have them."""
KNOWN_ACTOR_FIELDS = frozenset(
    (
        *("@context", "alsoKnownAs", "assertionMethod", "attachment", "attributionDomains", "capabilities", "devices"),
        *("discoverable", "endpoints", "featured", "featuredTags", "followers", "following", "generator", "gateways"),
        *("icon", "id", "image", "inbox", "indexable", "interactionPolicy", "likes", "liked", "location"),
        *("manuallyApprovesFollowers", "memorial", "moderators", "movedTo", "name", "noindex", "openRegistrations"),
        *("outbox", "playlists", "postingRestrictedToMods", "preferredUsername", "proof", "publicKey", "published"),
        *("service", "sharedInbox", "shares", "showFeatured", "showMedia", "showRepliesInMedia", "sensitive", "source"),
        *("streams", "successor", "summary", "support", "suspended", "tag", "to", "type", "updated", "url", "urls"),
        *("webfinger", "canQuote", "hidesCollections", "hidesToPublicFromUnauthedWeb", "vcard:Address", "vcard:bday"),
        *("isCat", "speakAsCat", "_misskey_summary", "_misskey_followedMessage", "requireSigninToViewContents"),
        *("_misskey_requireSigninToViewContents", "_misskey_makeNotesFollowersOnlyBefore", "backgroundUrl"),
        *("_misskey_makeNotesHiddenBefore", "enableRss", "language", "attributedTo", "commentsEnabled", "dialect"),
        *("avatarDescription", "cc", "exposesMediaTab", "featuredCollections", "feature_approval", "implements"),
    )
)
"""The fields of an ActivityPub actor that are known, of whatever software."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who was asked for, and what is known about the host that answers.

    `actor` and `subject` are what the handle's own WebFinger names. `software` is what NodeInfo calls it; None: nobody
    asked, or it does not say. A time later than `latest_at` is not believed.
    """

    target: Target
    server: str
    latest_at: datetime
    actor: str | None = None
    subject: str | None = None
    software: str | None = None
    honours_noindex: bool = False

    @property
    def address(self) -> Address:
        return address_of(self.target)


class Opening(NamedTuple):
    """When an account was opened: half-open [not_before, before)."""

    not_before: datetime
    before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a platform of Mastodon's API does in its own way.

    `identify` gives an account's stable id, or None where the server does not name it, and raises for an account that was
    not asked for. `read_handle` gives its handle as people write it.
    """

    identify: Callable[[Shown, Asked], str | None]
    read_handle: Callable[[Shown, Asked], str]
    read_opening: Callable[[Shown, Asked, list[Drift]], Opening | None]
    read_verified: Callable[[Shown, Asked, list[Drift]], bool | None]
    more_fields: frozenset[str] = frozenset()
    """The fields of its accounts that others do not have."""


def read_account(account: Shown, asked: Asked, form: Form) -> Observed | Failed | Skipped:
    """An account of Mastodon's API, as a server shows its own. Identity and status are strict: raises KeyError,
    TypeError, ValueError or UnreadableError.

    `last_status_at` is a day. A count that the server hides is NULL, whatever number it shows. Only the state of a
    suspended account is read, because a server's numbers are then not true.
    """
    target = asked.target
    native_id = form.identify(account, asked)
    if target.native_id is not None and native_id != target.native_id:
        return Failed(cause="handle_taken_over", detail=f"the handle was that of {target.native_id}", http_status=200)
    if fault := _changed_number(account, target):
        return fault
    status = _status_of(account)
    if status == "suspended":
        return Observed(status=status, native_id=native_id, server=asked.server)
    drift: list[Drift] = []
    opening = form.read_opening(account, asked, drift)
    if fault := fault_of_opening(opening, asked):
        return fault
    opening = plausible(opening, asked, "created_at", drift)
    fields = _read_fields(account, drift)
    note = read_words(dict(account), "note", drift)
    texts = [note, *(value for _, value, _ in fields)]
    if asked.honours_noindex and _asks_to_be_left_alone(account, texts):
        return Skipped(cause="noindex", detail="the owner asks not to be indexed or visited by programs")
    return Observed(
        status=status,
        native_id=native_id,
        server=asked.server,
        local_id=_read_number(account),
        followers=_read_shown_count(account, "followers", asked, drift),
        following=_read_shown_count(account, "following", asked, drift),
        posts=_read_shown_count(account, "statuses", asked, drift),
        last_post_at=_read_day(account, "last_status_at", drift),
        profile=Profile(
            handle=form.read_handle(account, asked),
            display_name=read_words(dict(account), "display_name", drift) or None,
            bio=plain_text(note),
            links=links_in(*(value for _, value, _ in fields), note),
            verified=form.read_verified(account, asked, drift),
            avatar_url=read_words(dict(account), "avatar", drift),
        ),
        bounds=opened(opening),
        moved_to=successor_of(account)[0],
        drift=tuple(dict.fromkeys([*drift, *unknown_fields(account, KNOWN_FIELDS | form.more_fields)])),
    )


def read_actor(actor: Shown, asked: Asked) -> Observed | Failed | Skipped:
    """An ActivityPub actor. Raises as `read_account` does; counts are not part of it.

    The owner of a domain may name any actor for its former users. So if no id is known, only an actor of the same name
    is believed. WordPress's `published` is the day on which a blog was registered, or the day of its first post. It is
    not an opening.
    """
    target = asked.target
    if actor["type"] not in ACTORS:
        raise UnreadableError("unexpected_answer", f"an actor of type {ascii(actor['type'])[:40]}")
    uri, user = as_text(actor["id"]), as_text(actor["preferredUsername"])
    address = read_address(target.handle)
    if target.native_id is not None and uri != target.native_id:
        return Failed(cause="handle_taken_over", detail=f"the handle was that of {target.native_id}", http_status=200)
    if address is not None and user.casefold() == address.user.casefold():
        user = address.user
    elif address is not None and target.native_id is None:
        detail = f"WebFinger names {uri} for {address.user}, and that calls itself {ascii(user)[:80]}"
        return Failed(cause="conflicting_answers", detail=detail, http_status=200)
    moved = actor.get("movedTo")
    if moved is not None:
        server_of(moved)
    if as_flag(_unless_null(actor, "suspended")):
        return Observed(status="suspended", native_id=uri, server=asked.server)
    drift: list[Drift] = []
    opening = read_published(actor, asked, drift)
    if fault := fault_of_opening(opening, asked):
        return fault
    opening = plausible(opening, asked, "published", drift)
    note = read_words(dict(actor), "summary", drift)
    fields = _read_attached(actor, drift)
    if asked.honours_noindex and _asks_to_be_left_alone(actor, [note, *fields]):
        return Skipped(cause="noindex", detail="the owner asks not to be indexed or visited by programs")
    icon = actor.get("icon")
    profile = Profile(
        handle=f"{user}@{address.domain if address else asked.server}",
        display_name=read_words(dict(actor), "name", drift) or None,
        bio=plain_text(note),
        links=links_in(*fields, note),
        avatar_url=read_words(icon, "url", drift) if isinstance(icon, dict) else None,
    )
    is_named = read_address(profile.handle) is not None
    if not is_named:
        # With such a name, the account could not be asked for next time.
        drift.append(Drift(path="preferredUsername", kind="mistyped"))
    return Observed(
        status="active" if moved is None else "moved",
        native_id=uri,
        server=asked.server,
        profile=profile if is_named else None,
        bounds=opened(opening),
        moved_to=successor_of(actor)[0],
        also_known_as=_other_actors(actor, drift),
        drift=tuple(dict.fromkeys([*drift, *unknown_fields(actor, KNOWN_ACTOR_FIELDS)])),
    )


def read_followers(collection: Shown, software: str | None, drift: list[Drift]) -> int | None:
    """How many follow, by a collection of an actor. Servers that hide the number leave it out, or write a bare 0."""
    if "totalItems" not in collection:
        return None
    count = read_count(dict(collection), "totalItems", drift)
    is_page_to_follow = collection.get("first") is not None
    return None if count == 0 and not (is_page_to_follow and shows_zero(software)) else count


def read_tombstone(tombstone: Shown, server: str) -> Observed:
    """A tombstone, which ActivityPub leaves of an account. `deleted` is the time, if it is given."""
    gone = Observed(status="deleted", native_id=as_text(tombstone["id"]), server=server)
    if "deleted" not in tombstone:
        return gone
    try:
        at = as_instant(tombstone["deleted"]).replace(microsecond=0)
    except (TypeError, ValueError):
        at = None
    if at is None or at < _FIRST_SERVER_AT:
        return replace(gone, drift=(Drift(path="deleted", kind="mistyped"),))
    return replace(gone, bounds=(CrawledBound(event="left", not_before=at, before=at + _SECOND, kind="tombstone"),))


# How accounts are identified.


def identify_by_actor(account: Shown, asked: Asked) -> str | None:
    """The account's actor; None when the server does not name it."""
    address = asked.address
    username, acct = as_text(account["username"]), as_text(account["acct"])
    local, _, domain = acct.partition("@")
    is_subject = asked.subject is not None and acct.casefold() == asked.subject.casefold()
    is_here = not domain or ascii_host(domain) in (asked.server, address.host) or is_subject
    if not username.lower() == local.lower() == address.user.lower() or not is_here:
        raise UnreadableError("unexpected_answer", f"asked for {address.user}, answered {ascii(acct)[:80]}")
    uri = account.get("uri")
    if server_of(account["url"] if uri is None else uri) != asked.server:
        # Otherwise any server could speak for accounts of others.
        raise UnreadableError("unexpected_answer", "the account is at another server")
    if uri is not None and asked.actor is not None and uri != asked.actor:
        raise UnreadableError("unexpected_answer", "WebFinger names another actor")
    return uri or asked.actor or asked.target.native_id


def identify_by_number(account: Shown, asked: Asked) -> str:
    """The account's `id`, on a platform of one site that names no actors."""
    username = as_text(account["username"])
    is_by_name = asked.target.native_id is None
    if is_by_name and username.lower() != (asked.target.handle or "").lower():
        raise UnreadableError("unexpected_answer", f"answers for {ascii(username)[:80]}")
    number = as_text(account["id"])
    if not re.fullmatch(r"[1-9]\d{0,19}", number, re.ASCII):
        raise ValueError("id is not a number")
    return number


def address_of(target: Target) -> Address:
    address = read_address(target.handle)
    if address is None:
        raise UnreadableError("unexpected_answer", "the account's address is not known")
    return address


def handle_on_server(account: Shown, asked: Asked) -> str:
    return f"{as_text(account['username'])}@{asked.address.domain}"


def handle_on_site(account: Shown, asked: Asked) -> str:  # noqa: ARG001 -- as the form has it
    return as_text(account["username"])


# When accounts were opened.


def opening_of_mastodon(account: Shown, asked: Asked, drift: list[Drift]) -> Opening | None:
    """The UTC day of `created_at`; or the millisecond that the id carries, if it lies on that day."""
    day = _read_day(account, "created_at", drift)
    if day is None:
        return None
    at = instant_of_id(account)
    if at is not None and day <= at < day + _DAY:
        return Opening(at, at + _MILLISECOND)
    if software_of(account, asked.software) == MASTODON:
        if at is not None:
            drift.append(Drift(path="id", kind="contradicts"))
        elif not isinstance(account.get("id"), str):
            drift.append(Drift(path="id", kind="mistyped"))
    return Opening(day, day + _DAY)


def opening_by_id(account: Shown, asked: Asked, drift: list[Drift]) -> Opening | None:  # noqa: ARG001 -- as the form has it
    """The millisecond that the id carries, if `created_at` may be another day; the day for an id that carries none."""
    at = instant_of_id(account)
    if at is not None:
        return Opening(at, at + _MILLISECOND)
    day = _read_day(account, "created_at", drift)
    return None if day is None else Opening(day, day + _DAY)


def opening_to_the_second(account: Shown, asked: Asked, drift: list[Drift]) -> Opening | None:  # noqa: ARG001 -- as the form has it
    try:
        at = as_instant(account["created_at"]).replace(microsecond=0)
    except (LookupError, TypeError, ValueError):
        drift.append(Drift(path="created_at", kind="mistyped" if "created_at" in account else "missing"))
        return None
    return Opening(at, at + _SECOND)


def undated(account: Shown, asked: Asked, drift: list[Drift]) -> Opening | None:  # noqa: ARG001 -- as the form has it
    return None


def read_published(actor: Shown, asked: Asked, drift: list[Drift]) -> Opening | None:
    """The UTC day on which an actor's server says that it was opened."""
    if "published" not in actor or software_of(actor, asked.software) == "wordpress":
        return None
    day = _read_day(actor, "published", drift)
    return None if day is None else Opening(day, day + _DAY)


def plausible(opening: Opening | None, asked: Asked, field: str, drift: list[Drift]) -> Opening | None:
    """Ignore an opening in the future or before the Fediverse. It does not show that somebody took over the account."""
    if opening is None or _is_plausible(opening, asked):
        return opening
    drift.append(Drift(path=field, kind="too_large" if opening.not_before > asked.latest_at else "mistyped"))
    return None


def _is_plausible(opening: Opening, asked: Asked) -> bool:
    return _FIRST_SERVER_AT <= opening.not_before <= asked.latest_at


def opened(opening: Opening | None) -> tuple[CrawledBound, ...]:
    if opening is None:
        return ()
    return (CrawledBound(event="joined", not_before=opening.not_before, before=opening.before, kind="opened"),)


# Whether a name has passed to another account.


def fault_of_opening(opening: Opening | None, asked: Asked) -> Failed | None:
    """Why an account that was opened then cannot be the one asked for.

    A URI and a handle are names. The account is another's if it was opened after the list was made, after it was first
    seen, or at another time than the one that was known.
    """
    if opening is None:
        return None
    target, known = asked.target, (asked.target.opened_not_before, asked.target.opened_before)
    detail = None
    if (
        known[0] is not None
        and known[1] is not None
        and not (opening.not_before < known[1] and known[0] < opening.before)
    ):
        detail = "the account was opened at another time than the one that was known"
    elif not _is_plausible(opening, asked):
        return None
    elif target.native_id is None and target.listed_before is not None and opening.not_before >= target.listed_before:
        detail = "the account was opened after the list was made"
    elif target.seen_since is not None and opening.not_before >= target.seen_since:
        detail = "the account was opened after it was first seen"
    return None if detail is None else Failed(cause="handle_taken_over", detail=detail, http_status=200)


def _changed_number(account: Shown, target: Target) -> Failed | None:
    number = account.get("id")
    if target.native_id is None or target.local_id is None or not isinstance(number, str) or number == target.local_id:
        return None
    detail = "the account has another number at its server than the one that was known"
    return Failed(cause="handle_taken_over", detail=detail, http_status=200)


def _read_number(account: Shown) -> str | None:
    """The account's number in the server's API. Another number under a known URI is another account."""
    number = account.get("id")
    return number if isinstance(number, str) and re.fullmatch(r"[\w-]{1,64}", number, re.ASCII) else None


# What accounts say.


def verified_by_fields(account: Shown, asked: Asked, drift: list[Drift]) -> bool | None:  # noqa: ARG001 -- as the form has it
    """Whether a link of the profile is verified; unknown of software that is not known to verify links."""
    found = account.get("fields")
    fields = found[:_MOST_FIELDS] if isinstance(found, list) else []
    if any(isinstance(field, dict) and isinstance(field.get("verified_at"), str) for field in fields):
        return True
    return False if software_of(account, asked.software) == MASTODON else None


def verified_by_flag(name: str) -> Callable[[Shown, Asked, list[Drift]], bool | None]:
    def read(account: Shown, asked: Asked, drift: list[Drift]) -> bool | None:  # noqa: ARG001 -- as the form has it
        flag = account.get(name)
        if isinstance(flag, bool):
            return flag
        drift.append(Drift(path=name, kind="mistyped" if name in account else "missing"))
        return None

    return read


def hides_behind_zero(account: Shown, software: str | None) -> bool:
    """Whether a count of 0 may be one that the server hides, as far as the answer itself tells."""
    return software_of(account, software) is None and 0 in (
        account.get("followers_count"),
        account.get("following_count"),
    )


def _read_shown_count(account: Shown, what: str, asked: Asked, drift: list[Drift]) -> int | None:
    field = f"{what}_count"
    if account.get(field) == -1:
        return None
    count = read_count(dict(account), field, drift)
    if what == "statuses" or count is None:
        return count
    if is_pleroma(account) and asked.software in (None, "akkoma", "pleroma"):
        flags, name = account["pleroma"], {"followers": "followers", "following": "follows"}[what]
        hides_count, hides = flags.get(f"hide_{name}_count"), flags.get(f"hide_{name}")
        if not isinstance(hides_count, bool):
            drift.append(Drift(path=f"pleroma.hide_{name}_count", kind="mistyped" if hides_count else "missing"))
        # A 0 is a count only if the server says that it hides none.
        return None if hides_count is not False and (hides is True or count == 0) else count
    return count if count or shows_zero(software_of(account, asked.software)) else None


def _status_of(account: Shown) -> Status:
    suspended, limited = as_flag(_unless_null(account, "suspended")), as_flag(_unless_null(account, "limited"))
    moved = account.get("moved")
    if moved is not None:
        as_text(as_object(moved)["url"])
    if suspended:
        return "suspended"
    if moved is not None:
        return "moved"
    return "limited" if limited else "active"


def _unless_null(shown: Shown, field: str) -> object:
    """An optional flag; servers other than Mastodon write null for false."""
    found = shown.get(field)
    return False if found is None else found


def _read_day(shown: Shown, field: str, drift: list[Drift]) -> datetime | None:
    """The start of the UTC day that a date, or an instant on it, names."""
    value = shown.get(field)
    if field not in shown:
        drift.append(Drift(path=field, kind="missing"))
        return None
    if value is None and field == "last_status_at":
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_text(value), re.ASCII):
            value = f"{date.fromisoformat(as_text(value)).isoformat()}T00:00:00Z"
        return as_instant(value).replace(hour=0, minute=0, second=0, microsecond=0)
    except (TypeError, ValueError):
        drift.append(Drift(path=field, kind="mistyped"))
        return None


def _read_fields(account: Shown, drift: list[Drift]) -> list[tuple[str, str, bool]]:
    """Name, value and whether it is verified, of each field that can be read."""
    found = account.get("fields", [])
    if not isinstance(found, list):
        drift.append(Drift(path="fields", kind="mistyped"))
        return []
    read: list[tuple[str, str, bool]] = []
    for field in _first(_MOST_FIELDS, found, "fields", drift):
        if not isinstance(field, dict) or not isinstance(field.get("value"), str):
            drift.append(Drift(path="fields", kind="mistyped"))
            continue
        value = read_words(field, "value", drift) or ""
        read.append((str(field.get("name")), value, isinstance(field.get("verified_at"), str)))
    return read


def _read_attached(actor: Shown, drift: list[Drift]) -> list[str]:
    """The values of a profile's fields, without other attachments."""
    found = actor.get("attachment", [])
    return [
        read_words(field, "value", drift) or ""
        for field in _first(_MOST_FIELDS, found if isinstance(found, list) else [found], "attachment", drift)
        if isinstance(field, dict) and field.get("type") == "PropertyValue" and isinstance(field.get("value"), str)
    ]


def _first(most: int, found: list[_T], field: str, drift: list[Drift]) -> list[_T]:
    """The part of a list that is read, because a server may write millions of things into one."""
    if len(found) > most:
        drift.append(Drift(path=field, kind="too_large"))
    return found[:most]


def _asks_to_be_left_alone(shown: Shown, texts: Sequence[str | None]) -> bool:
    """Whether the account asks programs to leave it alone, by a flag or by `#nobot` in its words:
    https://docs.joinmastodon.org/user/preferences/."""
    says = " ".join(plain_text(text) or "" for text in texts)
    return (
        shown.get("noindex") is True
        or shown.get("indexable") is False
        or re.search(r"#no(bot|bots|index)\b", says, re.IGNORECASE) is not None
    )


def _other_actors(actor: Shown, drift: list[Drift]) -> tuple[str, ...]:
    """The actors that one names as itself, under other names or on other servers."""
    found = []
    for name in _first(_MOST_NAMES, names_in(actor.get("alsoKnownAs")), "alsoKnownAs", drift):
        try:
            server_of(name)
        except UnreadableError as error:
            # A mirror of another platform is neither an account of the Fediverse nor a fault of the document.
            if error.cause != "refused":
                drift.append(Drift(path="alsoKnownAs", kind="mistyped"))
        else:
            if name != actor["id"]:
                found.append(name)
    return tuple(dict.fromkeys(found))


def successor_of(shown: Shown) -> tuple[str | None, str]:
    """The actor and the page of the account that this one says it has moved to."""
    moved = shown.get("moved", shown.get("movedTo"))
    uri, page = (moved.get("uri"), moved.get("url")) if isinstance(moved, dict) else (moved, moved)
    try:
        server_of(uri)
        server_of(page)
    except (TypeError, UnreadableError):
        return None, ""
    return str(uri), str(page)


FEDIVERSE = Form(
    identify=identify_by_actor,
    read_handle=handle_on_server,
    read_opening=opening_of_mastodon,
    read_verified=verified_by_fields,
)
"""Accounts of any server: an account is its actor."""
UNDATED = replace(FEDIVERSE, read_opening=undated)
"""The same, for software whose `created_at` need not be the opening: Hollo writes the last change where none is known."""
