"""Saved answers that hold several accounts or posts, in parts of one: lists, lines, pages of an API, and what twarc collects.

twarc keeps one answer of API v2 a line and says in `__twarc.retrieved_at` when it came; its older form is one post of v1.1
a line: https://twarc-project.readthedocs.io.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from crawlers.archives.x_graphql import results_in
from crawlers.reading import UnreadableError, as_instant, parse_body

_LISTS = ("profiles", "accounts", "actors", "users")
"""Keys of lists of accounts in answers: Bluesky's `getProfiles`, Mastodon's search, Bluesky's search, X's collections."""
_START = b"\xef\xbb\xbf \t\r\n"


class Part(NamedTuple):
    """One account, one post, or a whole body. `saved_at` is when the answer came, if it says so itself."""

    body: bytes
    saved_at: datetime | None = None


def parts_of(body: bytes) -> Iterator[Part]:
    """The parts of a body. A page, one account, one post, or a body that is not understood is its own only part."""
    start = body.lstrip(_START)[:1]
    if start not in (b"{", b"["):
        yield Part(body)
        return
    try:
        answer = json_of(body)
    except UnreadableError:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip(_START)[:1] == b"{" for line in lines):
            yield Part(body)
            return
        for line in lines:
            yield from parts_of(line)
        return
    found = list(_parts_in(answer))
    if len(found) == 1 and found[0] is answer:
        # A body with one thing stays as it was saved.
        yield Part(body, _retrieved_at(answer))
        return
    for part in found:
        text = json.dumps(part, ensure_ascii=False).encode("utf-8", "replace")
        yield Part(text, _retrieved_at(part) or _retrieved_at(answer))


def json_of(body: bytes) -> Any:  # noqa: ANN401 -- an object or a list, as strangers wrote it
    """The content of a body of JSON, read strictly. Raises UnreadableError."""
    text = body.removeprefix(b"\xef\xbb\xbf")
    return parse_body(text, list) if text.lstrip()[:1] == b"[" else parse_body(text, dict)


def _parts_in(answer: Any) -> Iterator[Any]:  # noqa: ANN401 -- as above
    if isinstance(answer, list):
        yield from (item for each in answer for item in _parts_in(each))
        return
    if not isinstance(answer, dict):
        return
    data, includes = answer.get("data"), answer.get("includes")
    users = includes.get("users") if isinstance(includes, dict) else None
    lists = [answer[name] for name in _LISTS if isinstance(answer.get(name), list) and "id" not in answer]
    if isinstance(data, list) and isinstance(users, list):
        yield from _counted(users)
    elif isinstance(data, list):
        yield from _counted(data)
    elif lists:
        yield from (item for each in lists for item in each)
    elif len(results := list(results_in(answer))) > 1:
        yield from ({"data": {"user": {"result": result}}} for result in results)
    else:
        yield answer


def _counted(users: list[Any]) -> list[Any]:
    """Accounts of API v2, without those that are there only because a post mentions them; all, if none has counts."""
    return [user for user in users if isinstance(user, dict) and "public_metrics" in user] or users


def _retrieved_at(answer: Any) -> datetime | None:  # noqa: ANN401 -- as above
    try:
        return as_instant(answer["__twarc"]["retrieved_at"])
    except (LookupError, TypeError, ValueError):
        return None
