"""Bluesky: saved answers of the AppView, `app.bsky.actor.getProfile` and the profiles of `getProfiles`.

Document: https://docs.bsky.app/docs/api/app-bsky-actor-get-profile.
"""

from datetime import datetime

from crawlers.atproto.directory import fold
from crawlers.atproto.profile import read_profile
from crawlers.reading import UnreadableError, parse_body
from kooch.store.outcomes import Failed, Observed, Skipped, Target


def parse_archived(
    body: bytes,
    captured_at: datetime,  # noqa: ARG001 -- as every parser has it; a profile holds no date that counts
    *,
    handle: str | None = None,
) -> Observed | Failed | Skipped:
    """A profile as the AppView showed it. An error of the AppView does not name its account, so it says nothing."""
    try:
        profile = parse_body(body, dict)
    except UnreadableError as error:
        return Failed(cause=error.cause, detail=error.detail)
    if "did" not in profile:
        fault = "an error of the AppView, which names nobody" if "error" in profile else "no profile: it has no did"
        return Failed(cause="no_data" if "error" in profile else "unknown_layout", detail=fault)
    if handle is not None and fold(str(profile.get("handle"))) != fold(handle):
        return Failed(cause="another_account", detail="the profile is another account's")
    native_id = profile["did"] if isinstance(profile["did"], str) else None
    return read_profile(profile, Target(key="", native_id=native_id, handle=handle))
