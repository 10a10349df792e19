"""Reads answers strictly. Anything that differs from the platform's documentation raises an error, or becomes None and
drift."""

import json
from collections.abc import Mapping, Set
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar

from kooch.store.outcomes import Cause, Drift

if TYPE_CHECKING:  # Archived pages are read without Scrapy, which takes a second to import.
    from scrapy.http import Response

_MOST = 2**31 - 1
_MOST_LETTERS = 100_000
"""A length that no profile has on any platform."""
_MOST_UNKNOWN = 20
"""The most new fields that are reported for one answer, because strangers write answers."""
J = TypeVar("J", dict[str, Any], list[Any])


class UnreadableError(Exception):
    """An answer that cannot be understood. The targets of its question fail; it says nothing about them."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause, self.detail = cause, detail


def parse_json(response: "Response", kind: type[J]) -> J:
    """The JSON object or array in an answer, read strictly. Raises UnreadableError, as `parse_body` does."""
    kind_sent = (response.headers.get("Content-Type") or b"no type").decode("latin-1")
    return parse_body(response.body, kind, sent_as=kind_sent)


def parse_body(body: bytes | str, kind: type[J], *, sent_as: str = "no type") -> J:
    """The JSON object or array in a body, read strictly. `sent_as` is its content type, for the message.

    Raises UnreadableError: `not_json` for anything RFC 8259 does not allow or leaves open (NaN, a key twice, a number
    past Python's limit, nesting past the stack, HTML under 200), `unexpected_answer` for the wrong kind of top level.
    """
    try:
        found = json.loads(body, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        fault = "too deep" if isinstance(error, RecursionError) else str(error)
        raise UnreadableError("not_json", f"not JSON ({ascii(sent_as)[:60]}; {ascii(fault)[:120]})") from None
    if not isinstance(found, kind):
        raise UnreadableError("unexpected_answer", f"{type(found).__name__} where {kind.__name__} is documented")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(number: str) -> float:
    found = float(number)
    if not isfinite(found):
        raise ValueError("a number too large for a float")
    return found


def read_count(profile: dict[str, Any], field: str, drift: list[Drift]) -> int | None:
    """A count that is always there according to the platform. If it is not a count, it becomes None and drift."""
    count = profile.get(field)
    if field not in profile:
        drift.append(Drift(path=field, kind="missing"))
    elif not isinstance(count, int) or isinstance(count, bool):
        drift.append(Drift(path=field, kind="mistyped"))
    elif count < 0:
        drift.append(Drift(path=field, kind="negative"))
    elif count > _MOST:
        drift.append(Drift(path=field, kind="too_large"))
    else:
        return count
    return None


def read_words(profile: dict[str, Any], field: str, drift: list[Drift]) -> str | None:
    """An optional text, without half surrogates and NUL, which no store takes. NULL, and a drift, if it is endless."""
    words = profile.get(field)
    if isinstance(words, str) and len(words) > _MOST_LETTERS:
        drift.append(Drift(path=field, kind="too_large"))
        return None
    if isinstance(words, str):
        return words.encode("utf-8", "replace").decode().replace("\0", "")
    if words is not None:
        drift.append(Drift(path=field, kind="mistyped"))
    return None


def unknown_fields(found: Mapping[str, Any], known: Set[str]) -> list[Drift]:
    """Drift for unknown fields of an answer. New fields are the first sign that a platform changes."""
    return [
        Drift(path=ascii(field)[1:-1][:60], kind="unknown") for field in sorted(found.keys() - known)[:_MOST_UNKNOWN]
    ]


def as_instant(value: object) -> datetime:
    """An instant in ISO 8601, in UTC. Raises TypeError or ValueError, as all these do."""
    at = datetime.fromisoformat(as_text(value))
    # Years at either end of the calendar have no UTC form that a store takes.
    if at.tzinfo is None or not 2000 <= at.year < 2200:
        raise ValueError("not an instant of this century, with its zone")
    return at.astimezone(UTC)


def as_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where a text is documented")
    # Half a surrogate pair or a NUL is JSON, and nothing that can be stored.
    if "\0" in value or value.encode(errors="ignore").decode() != value:
        raise ValueError("a text holds an impossible character")
    return value


def as_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} where true or false is documented")
    return value


def as_list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} where a list is documented")
    return value


def as_object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} where an object is documented")
    return value
