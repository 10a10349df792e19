"""Profiles of Bluesky's AppView, as `getProfiles` and `getProfile` show them. No network here.

Document: https://docs.bsky.app/docs/api/app-bsky-actor-get-profile.
"""

import re
from typing import Any

from crawlers.atproto.directory import fold, is_did, is_handle, is_plc
from crawlers.reading import as_flag, as_instant, as_list, as_object, as_text, read_count, read_words, unknown_fields
from kooch.store.outcomes import Drift, Failed, Observed, Profile, Skipped, Target

_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]+")
_UNVERIFIED = "handle.invalid"
"""What the AppView shows in place of a handle whose domain no longer points back to the account."""
KNOWN_FIELDS = frozenset(
    (
        *(
            "associated",
            "avatar",
            "banner",
            "createdAt",
            "debug",
            "description",
            "did",
            "displayName",
            "followersCount",
        ),
        *("followsCount", "handle", "indexedAt", "joinedViaStarterPack", "labels", "pinnedPost", "postsCount"),
        *("pronouns", "status", "verification", "viewer", "website"),
    )
)
"""The fields of a profile, as its lexicon has them: app.bsky.actor.defs#profileViewDetailed."""


def read_profile(profile: dict[str, Any], target: Target) -> Observed | Skipped | Failed:
    """A profile of either endpoint. Identity is strict: raises KeyError, TypeError or ValueError.

    `createdAt` and `indexedAt` are what the owner typed and date nothing. `handle.invalid` says that the handle is
    unknown at present: the words are then kept under the handle known before, and dropped when there is none.
    """
    did, handle = as_text(profile["did"]), as_text(profile["handle"])
    if not is_did(did):
        raise ValueError("did is not a DID")
    if handle != _UNVERIFIED and not is_handle(handle):
        raise ValueError("handle is not a handle")
    if target.native_id is not None and did != target.native_id:
        return Failed(
            cause="unexpected_answer", detail=f"asked for {target.native_id}, answered {did}", http_status=200
        )
    if target.native_id is None and fold(handle) != fold(target.handle):
        return Failed(cause="unexpected_answer", detail="asked for one handle, answered another", http_status=200)
    if _was_made_later(profile, target):
        return Failed(cause="handle_taken_over", detail="the profile was made after the account was first seen")
    labels = [as_object(label) for label in as_list(profile.get("labels", []))]
    if any(as_text(label["val"]) == "!no-unauthenticated" and not as_flag(label.get("neg", False)) for label in labels):
        return Skipped(cause="no_unauthenticated", detail="the owner asks not to be shown to visitors")
    drift: list[Drift] = []
    known = handle.lower() if handle != _UNVERIFIED else target.handle
    words = (
        Profile(
            handle=known,
            display_name=read_words(profile, "displayName", drift),
            bio=(bio := read_words(profile, "description", drift)),
            links=tuple(dict.fromkeys(_ADDRESS.findall(bio or ""))),
            verified=_verified(profile, drift),
            avatar_url=read_words(profile, "avatar", drift),
        )
        if known
        else None
    )
    return Observed(
        status="active",
        native_id=did,
        followers=read_count(profile, "followersCount", drift),
        following=read_count(profile, "followsCount", drift),
        posts=read_count(profile, "postsCount", drift),
        profile=words,
        drift=(*drift, *unknown_fields(profile, KNOWN_FIELDS)),
    )


def _verified(profile: dict[str, Any], drift: list[Drift]) -> bool | None:
    found = profile.get("verification")
    if isinstance(found, dict):
        return "valid" in (found.get("verifiedStatus"), found.get("trustedVerifierStatus"))
    if found is not None:
        drift.append(Drift(path="verification", kind="mistyped"))
    return None


def _was_made_later(profile: dict[str, Any], target: Target) -> bool:
    """Whether a did:web belongs to another account by now. It is a name, and passes to the next owner of the domain.

    `createdAt` is what the owner of a profile typed. Nobody has a reason to type a day after the account was first seen.
    """
    if is_plc(target.native_id) or target.native_id is None or target.seen_since is None:
        return False
    try:
        return as_instant(profile["createdAt"]) >= target.seen_since
    except (LookupError, TypeError, ValueError):
        return False
