"""The values a crawl yields: exactly one outcome for every planned target."""

from dataclasses import dataclass
from datetime import datetime
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
    "no_unauthenticated",
    "aborted",
    "suppressed",
]
"""Why a target has no observation. The last three belong to skipped targets, the others to failed ones."""

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
    "no_unauthenticated": "skipped: the owner asks not to be shown to visitors without an account",
    "aborted": "skipped: the run was given up",
    "suppressed": "skipped: the account is suppressed",
}

STATUSES: tuple[str, ...] = get_args(Status)
CAUSES: tuple[str, ...] = get_args(Cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One account to look at: by its stable id where that is known, else by handle.

    `key` is the native id, or `@` and the handle. `listed_before` is the instant by which the roster that
    claims the account vouches for its handle: whoever took the handle later is somebody else.
    """

    key: str
    handle: str | None = None
    native_id: str | None = None
    server: str | None = None
    listed_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleSpan:
    """A handle that a registry dates: half-open [valid_from, valid_to)."""

    handle: str
    valid_from: datetime
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawledBound:
    """A registry's word on when something happened: half-open [not_before, before)."""

    event: Literal["joined", "left"]
    not_before: datetime
    before: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A field that is not what the platform documents. Its value became NULL."""

    path: str
    kind: Literal["missing", "mistyped", "negative", "too_large"]


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
    """A determinate answer. Counts are NULL where the platform does not show them, never zero."""

    status: Status
    native_id: str | None = None
    server: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    followers_precision: int | None = None
    last_post_at: datetime | None = None
    profile: Profile | None = None
    handles: tuple[HandleSpan, ...] = ()
    bounds: tuple[CrawledBound, ...] = ()
    drift: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Could not tell, and why. Never a statement about the account."""

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
    """What became of one target. `valid_at` is when the platform showed it, `recorded_at` when it was stored (UTC)."""

    target: str
    result: Observed | Failed | Skipped
    valid_at: datetime
    recorded_at: datetime
