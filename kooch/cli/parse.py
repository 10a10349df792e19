"""`kooch parse`: what a saved answer or page would be read as. Without a store, a data folder or a network."""

import gzip
import json
import os
import re
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import showable
from kooch.errors import ConfigError, StorageError
from kooch.platforms import platform_of
from kooch.store.outcomes import CAUSES_IN_WORDS, Failed, Observed
from kooch.times import now

Parse = Callable[..., Observed | Failed]
_MOST_BYTES = 32 * 2**20
_TIMESTAMP = re.compile(r"(?<!\d)\d{14}(?!\d)", re.ASCII)
_FIRST_ARCHIVED = datetime(1996, 1, 1, tzinfo=UTC)
"""The Archive is not older: https://archive.org/about/."""


def parse(
    platform: Annotated[str, typer.Argument(help="Whose page or answer it is: x or koo.")],
    files: Annotated[list[str], typer.Argument(help="Saved bodies, plain or gzip; - is standard input.")],
    captured_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When they were archived: ISO 8601 with its zone, or 14 digits (UTC)."),
    ] = None,
    handle: Annotated[str | None, typer.Option(help="The account asked for; others on the page are not read.")] = None,
) -> None:
    """Show what saved answers or pages would be read as: one JSON line a file. Nothing is stored."""
    from crawlers.archives import parser_of  # noqa: PLC0415 -- no other command waits for the parsers

    read = parser_of(platform)
    given_at = _given_instant(captured_at) if captured_at is not None else None
    wanted = _given_handle(handle) if handle is not None else None
    code = 0
    for file in files:
        at = given_at or _instant_in_name(file)
        said = {
            "file": file,
            "platform": platform,
            "captured_at": at,
            "unverified": platform_of(platform).archive_note is not None,
        }
        found = _read_file(file, read, at or now(), wanted)
        _write({**said, **found})
        if found["outcome"] == "failed":
            code = 3
    raise typer.Exit(code)


def _given_instant(text: str) -> datetime:
    at = _instant_of(text)
    if at is None:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
    if at is None or at.tzinfo is None or not _FIRST_ARCHIVED <= at <= now():
        raise ConfigError(
            f"--captured-at is {text!r}, which is no instant between 1996 and now."
            " Write 2021-02-10T08:30:00Z, with the zone, or 20210210083000."
        )
    return at.astimezone(UTC)


def _given_handle(text: str) -> str:
    handle = text.removeprefix("@")
    if handle.split() != [handle]:
        raise ConfigError(f"--handle is {text!r}, which no account can have. Give the name as the platform writes it.")
    return handle


def _instant_of(digits: str) -> datetime | None:
    """A timestamp of the Archive, if it is one."""
    if not _TIMESTAMP.fullmatch(digits):
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _instant_in_name(file: str) -> datetime | None:
    """When a file was archived, if its name holds exactly one timestamp of the Archive."""
    found = [_instant_of(digits) for digits in _TIMESTAMP.findall(Path(file).name)]
    instants = [at for at in found if at is not None and _FIRST_ARCHIVED <= at <= now()]
    return instants[0] if len(instants) == 1 else None


def _read_file(file: str, read: Parse, at: datetime, handle: str | None) -> Mapping[str, object]:
    try:
        body = _body_of(file)
    except (OSError, EOFError, zlib.error) as error:
        detail = (isinstance(error, OSError) and error.strerror) or str(error)
        return _failed("unreadable_file", detail, "the file could not be read")
    if len(body) > _MOST_BYTES:
        result: Observed | Failed = Failed(cause="body_too_large", detail=f"more than {_MOST_BYTES:,} bytes, unpacked")
    else:
        result = read(body, at, handle=handle)
    if isinstance(result, Failed):
        return _failed(result.cause, result.detail, CAUSES_IN_WORDS[result.cause] if body else "the file is empty")
    return _observed(result)


def _body_of(file: str) -> bytes:
    """What is in a file, unpacked; a byte more than the limit where it is more than that."""
    if file != "-":
        with Path(file).open("rb") as source:
            body = source.read(_MOST_BYTES + 1)
    elif sys.stdin is None:
        raise OSError("standard input is closed")
    else:
        body = sys.stdin.buffer.read(_MOST_BYTES + 1)
    if not body.startswith(b"\x1f\x8b") or len(body) > _MOST_BYTES:
        return body
    with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
        return packed.read(_MOST_BYTES + 1)


def _failed(cause: str, detail: str, in_words: str) -> dict[str, object]:
    return {"outcome": "failed", "cause": cause, "detail": detail, "cause_in_words": in_words}


def _observed(seen: Observed) -> dict[str, object]:
    """An observation and its profile side by side, under the names of docs/data.md."""
    words = asdict(seen.profile) if seen.profile else {}
    joined = next((bound for bound in seen.bounds if bound.event == "joined"), None)
    return {
        "outcome": "observed",
        "status": seen.status,
        "native_id": seen.native_id,
        "handle": words.get("handle"),
        "display_name": words.get("display_name"),
        "followers": seen.followers,
        "following": seen.following,
        "posts": seen.posts,
        "followers_precision": seen.followers_precision,
        "last_post_at": seen.last_post_at,
        "created_at": joined and joined.not_before,
        "verified": words.get("verified"),
        "protected": {"protected": True, "active": False}.get(seen.status),
        "bio": words.get("bio"),
        "links": words.get("links", ()),
        "avatar_url": words.get("avatar_url"),
        "drift": [asdict(drift) for drift in seen.drift],
    }


def _write(fields: Mapping[str, object]) -> None:
    """One JSON line, at once. The bytes of a file's name that are not UTF-8 become question marks."""
    if sys.stdout is None:
        raise StorageError("Standard output is closed. Send it to a file or a program.")
    line = json.dumps(fields, default=lambda at: at.isoformat(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    if sys.stdout.isatty():
        # What a file keeps as it is, a terminal would obey.
        line = showable(line.decode()).encode()
    try:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader has enough (`kooch parse … | head`). What is left must not be tried again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(141) from None
    except OSError as error:
        raise StorageError(f"Standard output cannot be written ({error.strerror}). Send it elsewhere.") from error
