"""Answers of X's own program (GraphQL) about one account, as people save them from a browser.

Nothing documents them. Three forms are known from public code that reads them: all in `legacy` (2020 to 2025, OpenTween),
names in `core` beside it, and since 2026 `relationship_counts` without `legacy` (vladkens/twscrape).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawlers.archives.x_users import read_v1_user
from crawlers.reading import UnreadableError, as_object, as_text
from kooch.store.outcomes import Observed

_PLACES = ("user", "user_result_by_screen_name", "user_result")


def results_in(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The `result` of each account that an answer is about; those inside posts and lists of posts are not meant."""
    data = answer.get("data")
    if not isinstance(data, dict):
        return
    users = data.get("users")
    for place in [*(data.get(name) for name in _PLACES), *(users if isinstance(users, list) else [])]:
        if isinstance(place, dict) and isinstance(place.get("result"), dict):
            yield place["result"]


def read_result(result: dict[str, Any], captured_at: datetime) -> Observed:
    """One account. Raises UnreadableError."""
    if result.get("__typename") == "UserUnavailable":
        reason = ascii(result.get("reason"))[:40]
        raise UnreadableError("no_data", f"X says that an account is unavailable ({reason}), and not which")
    try:
        return read_v1_user(_as_v1(result), captured_at)
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableError("unknown_layout", f"GraphQL: {type(error).__name__}: {ascii(str(error))[:120]}") from None


def _as_v1(result: dict[str, Any]) -> dict[str, Any]:
    """The same account as API v1.1 has it; what is true only where it is written is false."""
    user: dict[str, Any] = {"protected": False, **as_object(result.get("legacy") or {})}
    native_id = as_text(result["rest_id"])
    user |= {"id": native_id, "id_str": native_id}
    user |= {
        name: value for name, value in _part(result, "core").items() if name in {"name", "screen_name", "created_at"}
    }
    for part, field, name in (
        ("relationship_counts", "followers", "followers_count"),
        ("relationship_counts", "following", "friends_count"),
        ("tweet_counts", "tweets", "statuses_count"),
        ("privacy", "protected", "protected"),
        ("verification", "verified", "verified"),
        ("avatar", "image_url", "profile_image_url_https"),
        ("profile_bio", "description", "description"),
    ):
        if field in _part(result, part):
            user[name] = _part(result, part)[field]
    return user


def _part(result: dict[str, Any], name: str) -> dict[str, Any]:
    found = result.get(name)
    return found if isinstance(found, dict) else {}
