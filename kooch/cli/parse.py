"""`kooch parse`: show how a saved answer or page is read. It needs no store, no data folder and no network."""

import json
import lzma
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.instants import captured_instant
from kooch.cli.output import showable
from kooch.errors import ConfigError, StorageError
from kooch.platforms import platform_of
from kooch.store.outcomes import CAUSES_IN_WORDS, Failed, Observed, Skipped
from kooch.times import instant_in_name, now

Parse = Callable[..., Observed | Failed | Skipped]
_HELD = {"warc": "a web archive", "zip": "a ZIP archive, perhaps a WACZ", "mhtml": "a page with its parts (MHTML)"}


def parse(
    platform: Annotated[str, typer.Argument(help="The platform of the page or answer: x, koo, bluesky or mastodon.")],
    files: Annotated[
        list[str],
        typer.Argument(help="Saved pages or answers, plain or packed with gzip, bzip2 or xz; - is standard input."),
    ],
    captured_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When they were archived: ISO 8601 with its zone, or 14 digits (UTC)."),
    ] = None,
    handle: Annotated[
        str | None, typer.Option(help="The account that was asked for. A page about another account is a failure.")
    ] = None,
) -> None:
    """Show how Kooch reads saved pages and answers, with one JSON line for each account or post. Nothing is stored."""
    from crawlers.archives import parser_of  # noqa: PLC0415 -- no other command waits for the parsers

    read = parser_of(platform)
    given_at = captured_instant(captured_at) if captured_at is not None else None
    wanted = _given_handle(handle) if handle is not None else None
    code = 0
    for file in files:
        for number, at, found in _read_file(file, read, given_at, wanted):
            fields = {
                "file": file,
                **({"part": number} if number > 1 else {}),
                "platform": platform,
                "captured_at": at,
                "unverified": platform_of(platform).archive_note is not None,
            }
            _write({**fields, **found})
            if found["outcome"] == "failed":
                code = 3
    raise typer.Exit(code)


def _given_handle(text: str) -> str:
    handle = text.removeprefix("@")
    if handle.split() != [handle]:
        raise ConfigError(f"--handle is {text!r}, which no account can have. Give the name as the platform writes it.")
    return handle


def _read_file(
    file: str, read: Parse, given_at: datetime | None, handle: str | None
) -> Iterator[tuple[int, datetime | None, Mapping[str, object]]]:
    """How a file is read: for each account or post in it, its number, when it was archived, and its fields."""
    from crawlers.captures.files import MOST_BYTES, kind_of, refusal_of  # noqa: PLC0415 -- as for the parsers
    from crawlers.captures.parts import parts_of  # noqa: PLC0415 -- as above

    named_at = given_at or instant_in_name(Path(file).name)
    try:
        body = _body_of(file, MOST_BYTES)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        detail = (isinstance(error, OSError) and error.strerror) or str(error)
        yield 1, named_at, _failed("unreadable_file", detail, "the file could not be read")
        return
    if len(body) > MOST_BYTES:
        yield (
            1,
            named_at,
            _fields(Failed(cause="body_too_large", detail=f"more than {MOST_BYTES:,} bytes, unpacked"), body),
        )
        return
    kind = kind_of(body[:4096])
    if kind in ("warc", "zip", "mhtml"):
        detail = f"the file is {_HELD[kind]}: `kooch import captures` reads it"
        yield 1, named_at, _failed("unreadable_file", detail, "the file is an archive of several answers")
        return
    for number, part in enumerate(parts_of(body), 1):
        at = given_at or part.saved_at or named_at
        result = read(part.body, at or now(), handle=handle)
        if (
            kind == ""
            and isinstance(result, Failed)
            and body.strip()
            and "is no web archive" not in refusal_of(body[:64])
        ):
            result = Failed(cause=result.cause, detail=f"the file {refusal_of(body[:64])}")
        yield number, at, _fields(result, body)


def _body_of(file: str, most_bytes: int) -> bytes:
    """The unpacked content of a file, cut one byte after the limit."""
    from crawlers.captures.files import unpacked  # noqa: PLC0415 -- as for the parsers

    if file != "-":
        with Path(file).open("rb") as source:
            body = source.read(most_bytes + 1)
    elif sys.stdin is None:
        raise OSError("standard input is closed")
    else:
        body = sys.stdin.buffer.read(most_bytes + 1)
    return body if len(body) > most_bytes else unpacked(BytesIO(body)).read(most_bytes + 1)


def _fields(result: Observed | Failed | Skipped, body: bytes) -> dict[str, object]:
    match result:
        case Failed():
            return _failed(result.cause, result.detail, CAUSES_IN_WORDS[result.cause] if body else "the file is empty")
        case Skipped():
            return {"outcome": "skipped", "cause": result.cause, "detail": result.detail}
        case Observed():
            return _observed(result)


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
    """Print one JSON line at once. Bytes of a file's name that are not UTF-8 become question marks."""
    if sys.stdout is None:
        raise StorageError("Standard output is closed. Send it to a file or a program.")
    line = json.dumps(fields, default=lambda at: at.isoformat(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    if sys.stdout.isatty():
        # A terminal would obey control characters that a file only stores.
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
