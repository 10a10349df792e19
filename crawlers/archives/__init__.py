"""Archived pages and answers: for each platform a pure function of a body. None of these modules needs Scrapy."""

from datetime import datetime
from typing import Protocol

from crawlers.archives import koo, x
from kooch.errors import ConfigError
from kooch.store.outcomes import Failed, Observed


class Parse(Protocol):
    """What the body of an archived page or answer shows of the account that it was looked up under, if that is known."""

    def __call__(self, body: bytes, captured_at: datetime, *, handle: str | None = None) -> Observed | Failed: ...


_PARSERS: dict[str, Parse] = {"koo": koo.parse_archived, "x": x.parse_archived}
UNVERIFIED: frozenset[str] = frozenset({"koo"})
"""Platforms whose parser no real capture has confirmed."""


def parser_of(platform: str) -> Parse:
    """The parser of a platform's archived pages; it never raises. ConfigError for a platform that has none."""
    if platform not in _PARSERS:
        raise ConfigError(f"Archived pages of {platform!r} cannot be read. Choose one of {', '.join(_PARSERS)}.")
    parse = _PARSERS[platform]

    def read(body: bytes, captured_at: datetime, *, handle: str | None = None) -> Observed | Failed:
        try:
            return parse(body, captured_at, handle=handle)
        except Exception as error:  # noqa: BLE001 -- strangers' pages of twenty years: none may end a run
            return Failed(cause="unexpected_answer", detail=f"{type(error).__name__}: {ascii(str(error))[:200]}")

    return read
