"""Archived pages and answers: for each platform a pure function of a body. None of these modules needs Scrapy."""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from kooch.errors import ConfigError
from kooch.platforms import known
from kooch.store.outcomes import Failed, Observed, Skipped


class Parse(Protocol):
    """Reads what an archived page or answer shows of the account under which it was looked up, if that is known."""

    def __call__(
        self, body: bytes, captured_at: datetime, *, handle: str | None = None
    ) -> Observed | Failed | Skipped: ...


def readable() -> list[str]:
    """The platforms whose saved pages or answers can be read: those with a module here that bears their name."""
    return [platform for platform in known() if find_spec(f"crawlers.archives.{platform}") is not None]


def parser_of(platform: str) -> Parse:
    """The parser of a platform's archived pages and answers; it never raises. ConfigError for a platform that has none."""
    if platform not in readable():
        raise ConfigError(f"Archived pages of {platform!r} cannot be read. Choose one of {', '.join(readable())}.")
    # The module with the platform's name.
    parse: Parse = import_module(f"crawlers.archives.{platform}").parse_archived

    def read(body: bytes, captured_at: datetime, *, handle: str | None = None) -> Observed | Failed | Skipped:
        try:
            return parse(body, captured_at, handle=handle)
        except Exception as error:  # noqa: BLE001 -- strangers' pages of twenty years: none may end a run
            return Failed(cause="unexpected_answer", detail=f"{type(error).__name__}: {ascii(str(error))[:200]}")

    return read
