"""Answers of X: the posts that the Wayback Machine holds of `twitter.com/NAME/status/ID`, and saved accounts.

Posts have two forms, as https://github.com/travisbrown/birdsite (core/src/model/wxj) found them: until November 2022 that of API
v1.1, a post with its `user`; since December 2022 that of v2, `data` and `includes`. Accounts stand alone, in the `data` of
v2, in a post of v2 that twarc has flattened (`author`), or in an answer of X's own program.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawlers.archives.x_graphql import read_result, results_in
from crawlers.archives.x_users import read_v1_user, read_v2_user
from crawlers.reading import UnreadableError, as_list, as_object, as_text, parse_body
from kooch.store.outcomes import Observed


def read_status(body: bytes, captured_at: datetime, handle: str | None) -> Observed:
    """The author of a post; or of the post that it repeats or quotes, where `handle` is that author.

    Accounts that a post only mentions are not read. Raises UnreadableError.
    """
    status = parse_body(body, dict)
    try:
        if "data" in status and "includes" in status:
            return _read_v2(status, captured_at, handle)
        if "user" in status:
            return _read_v1(status, captured_at, handle)
        if (user := _user_in(status)) is not None:
            return read_v1_user(user, captured_at) if "screen_name" in user else read_v2_user(user, captured_at)
        for result in results_in(status):
            return read_result(result, captured_at)
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableError("unknown_layout", f"post: {type(error).__name__}: {ascii(str(error))[:120]}") from None
    raise UnreadableError("unknown_layout", f"no post and no account, but an object with {ascii(sorted(status))[:120]}")


def _user_in(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The account that an answer is, or holds beside nothing else."""
    for found in (answer, answer.get("data"), answer.get("author")):
        if isinstance(found, dict) and ("screen_name" in found or "username" in found):
            return found
    return None


def _read_v1(status: dict[str, Any], captured_at: datetime, handle: str | None) -> Observed:
    authors = [as_object(post["user"]) for post in _posts_in(status)]
    author = _called(handle, authors, "screen_name")
    if author is None:
        raise UnreadableError("another_account", "the post is by another account")
    return read_v1_user(author, captured_at)


def _posts_in(status: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A post, then the ones it repeats or quotes. A list of our own: how deep it goes is up to strangers."""
    posts = [status]
    for post in posts:
        yield post
        posts += [as_object(post[field]) for field in ("retweeted_status", "quoted_status") if post.get(field)]


def _read_v2(status: dict[str, Any], captured_at: datetime, handle: str | None) -> Observed:
    includes = as_object(status["includes"])
    post, others = as_object(status["data"]), map(as_object, as_list(includes.get("tweets") or []))
    ids = [as_text(post["author_id"]), *(as_text(other["author_id"]) for other in others if other.get("author_id"))]
    # An author without metrics is there only because of a place derived from the profile.
    users: dict[str, list[dict[str, Any]]] = {}
    for user in map(as_object, as_list(includes["users"])):
        if "public_metrics" in user:
            users.setdefault(user["id"], []).append(user)
    authors = [user for author_id in ids for user in users.get(author_id, [])]
    author = _called(handle, authors if handle is not None or ids[0] in users else [], "username")
    if author is not None:
        readings = [read_v2_user(copy, captured_at) for copy in users[author["id"]]]
        if any(reading != readings[0] for reading in readings):
            raise UnreadableError("conflicting_answers", f"{len(readings)} copies of the author do not agree")
        return readings[0]
    if ids[0] not in users:
        raise UnreadableError("no_data", "the post's author is there without metrics")
    raise UnreadableError("another_account", "the post is by another account")


def _called(handle: str | None, authors: list[dict[str, Any]], field: str) -> dict[str, Any] | None:
    """The first author with the handle; without a handle, the first author."""
    return next((a for a in authors if handle is None or as_text(a[field]).casefold() == handle.casefold()), None)
