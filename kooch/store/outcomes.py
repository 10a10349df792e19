"""The values a crawl yields: exactly one outcome for every planned target."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

Status = Literal[
    "active",
    "not_found",
    "deleted",
    "deactivated",
    "suspended",
    "protected",
    "moved",
    "limited",
    "platform_closed",
]
Cause = Literal[
    "unreachable",
    "timeout",
    "tls",
    "unsafe_address",
    "rate_limited",
    "server_error",
    "refused",
    "body_too_large",
    "not_json",
    "unexpected_answer",
    "malformed_handle",
    "handle_taken_over",
    "conflicting_answers",
    "unknown_layout",
    "no_data",
    "another_account",
    "another_time",
    "not_archived",
    "excluded",
    "missing_shard",
    "no_unauthenticated",
    "noindex",
    "aborted",
    "suppressed",
]
"""Why a target has no observation. The last four belong to skipped targets, the others to failed ones."""

CAUSES_IN_WORDS: dict[Cause, str] = {
    "unreachable": "the network or the server could not be reached",
    "timeout": "the server did not answer in time",
    "tls": "the server's certificate is not valid",
    "unsafe_address": "the name leads to a private address",
    "rate_limited": "the server asked to wait longer than a run may",
    "server_error": "the server failed",
    "refused": "the question was refused",
    "body_too_large": "the answer was too large",
    "not_json": "the answer was a page, not data",
    "unexpected_answer": "the answer was not understood",
    "malformed_handle": "the handle cannot exist on this platform",
    "handle_taken_over": "the handle now belongs to another account",
    "conflicting_answers": "two services contradict each other",
    "unknown_layout": "the archived page has a form that is not known",
    "no_data": "the archived page holds no data, only the program that would fetch them",
    "another_account": "the page is about another account",
    "another_time": "the archive answered with a page of another time",
    "not_archived": "the archive does not hold what its index lists",
    "excluded": "the archive does not show this site",
    "missing_shard": "the shard that asks for it did not come",
    "no_unauthenticated": "skipped: the owner asks not to be shown to visitors without an account",
    "noindex": "skipped: the owner asks programs to leave the account alone",
    "aborted": "skipped: the run was given up",
    "suppressed": "skipped: the account is suppressed",
}

CONFIRMED_AFTER_HOURS = 24
"""How far apart two answers must be that confirm that an account is gone."""
STATUSES: tuple[str, ...] = get_args(Status)
CAUSES: tuple[str, ...] = get_args(Cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """An archived page: the address that opens it, when it was archived, and the digest of its body (Base32 SHA-1)."""

    url: str
    captured_at: datetime
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is known about the posts of an account before it is asked.

    It was opened at `opened_at`, and its profile counts `posts`. The latest complete look at its posts was at `looked_at`:
    the account then had `listed` posts, `listed_lately` of them of the look's day or the one before, and its profile counted
    `counted_more` than were listed. All its posts were last read at `full_at`. None: unknown, or there was no such look.
    """

    opened_at: datetime
    posts: int | None = None
    looked_at: datetime | None = None
    listed: int | None = None
    listed_lately: int | None = None
    counted_more: int | None = None
    full_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One account to look at, by its stable id if that is known, else by handle; or one archived page of it.

    `key` is the native id, or `@` and the handle; of an archived page its 14-digit timestamp, `/` and original
    address. `listed_before` is the instant by which the list that claims the account vouches for its handle: an account
    that took the handle later belongs to somebody else.

    The rest is what earlier answers said: the account was first seen at `seen_since`, was opened in
    [`opened_not_before`, `opened_before`), and has `local_id` at its server. A native id that is a name, as an actor's
    URI is, may pass to an account of which that is not true. `before` is set if the crawl asks when the account posted;
    plans do not keep it.
    """

    key: str
    handle: str | None = None
    native_id: str | None = None
    server: str | None = None
    listed_before: datetime | None = None
    seen_since: datetime | None = None
    opened_not_before: datetime | None = None
    opened_before: datetime | None = None
    local_id: str | None = None
    capture: Capture | None = None
    before: Before | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleSpan:
    """A handle that a registry dates: half-open [valid_from, valid_to)."""

    handle: str
    valid_from: datetime
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawledBound:
    """When something happened according to a registry: half-open [not_before, before)."""

    event: Literal["joined", "left"]
    not_before: datetime
    before: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A field that is not what the platform documents.

    The value of one that is missing, mistyped, negative or too large became NULL. One that contradicts another was not
    used; one that is unknown is new, and is not read.
    """

    path: str
    kind: Literal["missing", "mistyped", "negative", "too_large", "contradicts", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The words of a profile."""

    handle: str
    display_name: str | None = None
    bio: str | None = None
    links: tuple[str, ...] = ()
    verified: bool | None = None
    avatar_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A definite answer. A count that the platform does not show is None, never zero.

    `moved_to` and `also_known_as` are native ids of accounts that this one names; `is_named_back` says whether the one
    it moved to names it in turn, None if nobody looked. `local_id` is the number of the account at its server, where its
    native id is a name. `withheld_in` are the countries in which the platform withholds the account.
    """

    status: Status
    native_id: str | None = None
    server: str | None = None
    local_id: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    followers_precision: int | None = None
    last_post_at: datetime | None = None
    withheld_in: tuple[str, ...] = ()
    profile: Profile | None = None
    handles: tuple[HandleSpan, ...] = ()
    bounds: tuple[CrawledBound, ...] = ()
    moved_to: str | None = None
    is_named_back: bool | None = None
    also_known_as: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A half-open span of time for which an answer lists all posts that still stand."""

    covers_from: datetime
    covers_to: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedDay:
    """What an answer lists for one day in UTC. `posts` counts posts and quotes, without replies."""

    day: date
    posts: int = 0
    replies: int = 0
    reposts: int = 0


Kinds = Literal["posts", "posts and reposts"]
"""What a look lists. Here replies and quotes are posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the account's server lists of its posts: days and numbers, never texts.

    A day without a row has no post only inside `covers`; a row outside says that there was that much at least. `listed`,
    `listed_lately` and `counted_more` are as `Before` has them, NULL where not everything was listed. `undated` posts have
    no day that can be believed: those brought from elsewhere, and those of the future.
    """

    native_id: str | None = None
    server: str | None = None
    kinds: Kinds
    is_complete: bool
    covers: tuple[Cover, ...] = ()
    listed: int | None = None
    listed_lately: int | None = None
    undated: int | None = None
    counted_more: int | None = None
    days: tuple[PostedDay, ...] = ()
    drift: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Kooch could not tell, and why. This says nothing about the account."""

    cause: Cause
    detail: str = ""
    http_status: int | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Deliberately not observed."""

    cause: Cause
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result for one target. `valid_at` is when the platform showed it, `recorded_at` when it was stored (UTC).

    Of an archived page, `valid_at` is when it was archived, and `handle` the one it was looked up under.
    """

    target: str
    result: Observed | Looked | Failed | Skipped
    valid_at: datetime
    recorded_at: datetime
    handle: str | None = None
    capture: Capture | None = None
