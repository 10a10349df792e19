"""Reads a file into records: web archives (WARC, ARC, WACZ), pages that a browser saved (MHTML, HTML) and saved answers (JSON, JSON lines).

The first bytes of a file say what it is, whatever its name. Documents: ISO 28500 (WARC),
https://specs.webrecorder.net/wacz/1.1.1/, RFC 2557 (MHTML), https://github.com/gildas-lormeau/SingleFile.
"""

import base64
import bz2
import email
import email.policy
import gzip
import hashlib
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import brotli  # type: ignore[import-untyped]  # it has no types
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from kooch.errors import ConfigError
from kooch.times import instant_in_name, instant_of

MOST_BYTES = 32 * 2**20
"""Of one body, unpacked. No profile is larger."""
_TOO_LARGE = f"it has more than {MOST_BYTES:,} bytes"
_MOST_LINES = 2**30
"""The most unpacked bytes of a file of lines. This stops a zip bomb."""
_REPLAY = re.compile(r"https?://[^/\s]+/(?:[^/\s]+/)?(\d{14})(?:[a-z]{2}_)?/(https?://.+)", re.ASCII)
_DIGEST = re.compile(r"sha1:([A-Z2-7]{32})", re.IGNORECASE)
_PACKED: dict[bytes, Any] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_UNOPENED = {
    b"\x28\xb5\x2f\xfd": ("compressed with Zstandard", "unpack it with `zstd -d`"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "unpack it with `7z x`"),
    b"Rar!": ("a RAR archive", "unpack it with `unrar x`"),
    b"\x04\x22\x4d\x18": ("compressed with LZ4", "unpack it with `lz4 -d`"),
    b"%PDF": ("a PDF", "save the page as MHTML or HTML instead"),
    b"\x89PNG": ("a picture", "save the page as MHTML or HTML instead"),
    b"\xff\xd8\xff": ("a picture", "save the page as MHTML or HTML instead"),
    b"SQLite format 3": ("a database", "export its rows as JSON"),
    b"PAR1": ("a Parquet file", "export its rows as JSON lines"),
    b"bplist": ("a property list, perhaps Safari's .webarchive", "save the page as MHTML or HTML instead"),
}
_HEADERS = re.compile(rb"(?:[\w-]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n){0,20}){1,30}")
_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d{4}\)(\S{1,2000}) -->")
_SINGLE_FILE = re.compile(rb"Page saved with SingleFile\s+url: (\S{1,2000})\s+saved date: ([^\n]{1,100})")
_SAVED_DATE = re.compile(r"(\w{3} \w{3} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4})")
_CANONICAL = re.compile(
    rb"<link\b(?=[^<>]*\brel=[\"']?canonical\b)[^<>]*\bhref=[\"']?([^\"'\s<>]{1,2000})", re.IGNORECASE
)
_HEAD = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One saved body. `place` is the file's name, and which record of it. `url` and `captured_at` are None if they are
    not given.

    `status` is the archived answer's; `digest` is that of the body (Base32 SHA-1), as its archive has it.
    """

    place: str
    body: bytes
    url: str | None = None
    captured_at: datetime | None = None
    status: int = 200
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A record that cannot be read, and why. `url` and `captured_at` as far as they are known."""

    place: str
    why: str
    url: str | None = None
    captured_at: datetime | None = None


def records_in(file: Path) -> Iterator[Record | Unread]:
    """The records of a file. Raises ConfigError, in one sentence, for a file that is none of the known kinds."""
    try:
        with file.open("rb") as source:
            yield from _records_of(source, file.name, file.name)
    except (IsADirectoryError, FileNotFoundError, PermissionError) as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}). Name a file.") from error


def kind_of(start: bytes) -> str:
    """The kind of file: `warc`, `zip`, `packed`, `mhtml`, `page` or `answer`; None for any other."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    kinds = {
        "warc": start.startswith((b"WARC/", b"filedesc:")),
        "zip": start.startswith(b"PK\x03\x04"),
        "packed": any(start.startswith(magic) for magic in _PACKED),
        "page": text[:1] == b"<",
        "answer": text[:1] in (b"{", b"["),
        "mhtml": _HEADERS.match(text) is not None and b"multipart/related" in start.lower(),
    }
    return next((kind for kind, is_it in kinds.items() if is_it), "")


def refusal_of(start: bytes) -> str:
    """What kind of file is refused, and the remedy."""
    for magic, (what, remedy) in _UNOPENED.items():
        if start.startswith(magic):
            return f"is {what}: {remedy}"
    if not start.strip():
        return "is empty: save it again"
    return "is no web archive, saved page or saved answer: give a WARC, WACZ, MHTML, HTML or JSON file"


def unpacked(source: IO[bytes]) -> Any:  # noqa: ANN401 -- what these streams have in common has no name
    """A stream of what is inside gzip, bzip2 or xz, however often it was packed; the stream itself otherwise."""
    for _ in range(3):
        start = source.read(6)
        source.seek(0)
        opener = next((opener for magic, opener in _PACKED.items() if start.startswith(magic)), None)
        if opener is None:
            break
        source = opener(source)
    return source


def _records_of(source: IO[bytes], name: str, place: str) -> Iterator[Record | Unread]:
    try:
        # One read is enough, because a file that was cut off also has a beginning.
        start = unpacked(source).read1(_HEAD)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        yield Unread(place=place, why=f"it is damaged ({error})")
        return
    source.seek(0)
    match kind_of(start):
        case "warc":
            # warcio unpacks records one by one, which `unpacked` would run together.
            yield from _records_of_warc(source if source.read(2) == b"\x1f\x8b" else unpacked(_again(source)), place)
        case "zip":
            yield from _records_of_zip(source, place)
        case "mhtml":
            yield from _whole(unpacked(source), place, _read_mhtml)
        case "page":
            yield from _whole(unpacked(source), place, lambda body, at: _read_html(body, at, name))
        case "answer":
            yield from _answers_in(unpacked(source), name, place)
        case _:
            raise ConfigError(f"{place} {refusal_of(start)}.")


def _again(source: IO[bytes]) -> IO[bytes]:
    source.seek(0)
    return source


def _whole(source: IO[bytes], place: str, read: Any) -> Iterator[Record | Unread]:  # noqa: ANN401 -- a reader of a body
    try:
        body = source.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        yield Unread(place=place, why=f"it is damaged ({error})")
        return
    yield read(body, place) if len(body) <= MOST_BYTES else _too_large(place)


def _too_large(place: str) -> Unread:
    return Unread(place=place, why=_TOO_LARGE)


# Web archives.


def _records_of_warc(source: IO[bytes], place: str) -> Iterator[Record | Unread]:
    """The archived answers; a repetition has the body of the answer that it repeats, where the same file holds that."""
    source.seek(0)
    bodies: dict[str, bytes] = {}
    number = 0
    try:
        for number, record in enumerate(ArchiveIterator(source, arc2warc=True), 1):
            if record.rec_type in ("response", "resource", "revisit"):
                yield _read_warc_record(record, f"{place}, record {number}", bodies)
    except (ArchiveLoadFailed, OSError, EOFError, zlib.error, ValueError) as error:
        yield Unread(place=f"{place}, after record {number}", why=f"the archive is damaged ({error})")


def _read_warc_record(record: Any, place: str, bodies: dict[str, bytes]) -> Record | Unread:  # noqa: ANN401 -- warcio has no types
    headers = record.rec_headers
    url, at = headers.get_header("WARC-Target-URI"), _warc_instant(headers.get_header("WARC-Date"))
    url = url.strip("<>") if url else None
    status = int(record.http_headers.get_statuscode()) if record.http_headers and record.rec_type != "resource" else 200
    given = _DIGEST.fullmatch(headers.get_header("WARC-Payload-Digest") or "")
    digest = given[1].upper() if given else ""
    encoding = (record.http_headers.get_header("Content-Encoding") if record.http_headers else None) or "identity"
    if record.rec_type == "revisit":
        if digest not in bodies:
            return Unread(place=place, why="it repeats a record that is not in this file", url=url, captured_at=at)
        return Record(place=place, body=bodies[digest], url=url, captured_at=at, status=200, digest=digest)
    body, why = _body_or_fault(record, encoding)
    if why:
        return Unread(place=place, why=why, url=url, captured_at=at)
    digest = digest or digest_of(body)
    if url and len(body) < MOST_BYTES // 8 and body.lstrip()[:1] in (b"<", b"{", b"["):
        bodies[digest] = body
    return Record(place=place, body=body, url=url, captured_at=at, status=status, digest=digest)


def _body_or_fault(record: Any, encoding: str) -> tuple[bytes, str]:  # noqa: ANN401 -- as above
    """The content of an answer, decoded; or why it is not known."""
    if encoding.lower().strip() not in {"identity", "gzip", "deflate", "br", "x-gzip"}:
        return b"", f"it is encoded as {ascii(encoding)[:40]}"
    try:
        body = _content_of(record, encoding)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        return b"", f"it cannot be decoded ({error})"
    if len(body) > MOST_BYTES:
        return b"", _TOO_LARGE
    return body, "the file is cut off in it" if _is_cut_off(record) else ""


def _content_of(record: Any, encoding: str) -> bytes:  # noqa: ANN401 -- as above
    """The content of an answer, decoded; one byte more than the limit if it is longer."""
    if encoding.lower().strip() != "br":
        content: bytes = record.content_stream().read(MOST_BYTES + 1)
        return content
    # warcio expects a property that Brotli's decoder has no more.
    transfer = record.http_headers.get_header("Transfer-Encoding") or ""
    is_chunked = "chunked" in transfer.lower()
    raw = (ChunkedDataReader(record.raw_stream) if is_chunked else record.raw_stream).read(MOST_BYTES + 1)
    try:
        return bytes(brotli.Decompressor().process(raw, output_buffer_limit=MOST_BYTES + 1))
    except brotli.error as error:
        raise ValueError(f"an answer is no Brotli: {error}") from None


def _is_cut_off(record: Any) -> bool:  # noqa: ANN401 -- as above
    """Whether a record is shorter than it says: warcio gives what is there, and no error."""
    record.raw_stream.read()
    return bool(getattr(record.raw_stream, "limit", 0) > 0)


def _warc_instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _records_of_zip(source: IO[bytes], place: str) -> Iterator[Record | Unread]:
    """The web archives inside a WACZ."""
    try:
        packed = zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        yield Unread(place=place, why=f"it is damaged ({error})")
        return
    with packed:
        inside = [name for name in packed.namelist() if re.fullmatch(r"archive/.+\.warc(\.gz)?", name)]
        if not inside:
            raise ConfigError(f"{place} is a ZIP archive and no WACZ: unpack it, and give what is inside.")
        for name in sorted(inside):
            try:
                with packed.open(name) as warc:
                    yield from _records_of_warc(warc, f"{place}/{name}")
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
                yield Unread(place=f"{place}/{name}", why=f"it is damaged or locked ({error})")


# Pages and answers that somebody saved.


def _read_mhtml(content: bytes, place: str) -> Record | Unread:
    message = email.message_from_bytes(content, policy=email.policy.default)
    at = None
    with suppress(TypeError, ValueError):
        at = parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
    url = str(message["Snapshot-Content-Location"] or "").strip() or None
    for part in message.walk():
        if part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                url = url or str(part["Content-Location"] or "").strip() or None
                return _placed(Record(place=place, body=body, url=url, captured_at=at, digest=digest_of(body)))
    return Unread(place=place, why="no page is in it", url=url, captured_at=at)


def _read_html(body: bytes, place: str, name: str) -> Record:
    """A page that a browser saved. A comment in it says from which address; SingleFile also says when."""
    head = body[: 8 * _HEAD]
    at = instant_in_name(name)
    url = None
    if found := _SINGLE_FILE.search(head):
        url = found[1].decode("utf-8", "replace")
        if date := _SAVED_DATE.search(found[2].decode("utf-8", "replace")):
            with suppress(ValueError):
                at = datetime.strptime(date[1], "%a %b %d %Y %H:%M:%S GMT%z").astimezone(UTC)
    elif found := _SAVED_FROM.search(head) or _CANONICAL.search(body):
        url = found[1].decode("utf-8", "replace")
    return _placed(Record(place=place, body=body, url=url, captured_at=at, digest=digest_of(body)))


def _answers_in(source: IO[bytes], name: str, place: str) -> Iterator[Record | Unread]:
    """A file of JSON, or of JSON lines, which may be long: those are read one by one."""
    at = instant_in_name(name)
    try:
        first = source.readline(MOST_BYTES + 1)
        second = source.readline(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        yield Unread(place=place, why=f"it is damaged ({error})")
        return
    is_of_lines = second.lstrip()[:1] == b"{" and first.strip()[-1:] == b"}"
    if not is_of_lines:
        yield from _whole(
            _joined(first + second, source),
            place,
            lambda body, at_place: Record(place=at_place, body=body, captured_at=at, digest=digest_of(body)),
        )
        return
    number, seen = 0, 0
    try:
        for number, line in enumerate(_lines(first, second, source), 1):
            seen += len(line)
            if len(line) > MOST_BYTES or seen > _MOST_LINES:
                yield _too_large(f"{place}, line {number}")
                return
            if line.strip():
                yield Record(place=f"{place}, line {number}", body=line, captured_at=at, digest=digest_of(line))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        yield Unread(place=f"{place}, after line {number}", why=f"it is damaged ({error})")


def _lines(first: bytes, second: bytes, source: IO[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    while line := source.readline(MOST_BYTES + 1):
        yield line


def _joined(start: bytes, source: IO[bytes]) -> IO[bytes]:
    return BytesIO(start + source.read(max(0, MOST_BYTES + 1 - len(start))))


def _placed(record: Record) -> Record:
    """If a page was saved from a replay, the page that was replayed, as of its own time."""
    found = _REPLAY.fullmatch(record.url or "")
    at = instant_of(found[1]) if found else None
    if found is None or at is None:
        return record
    return Record(
        place=record.place, body=record.body, url=found[2], captured_at=at, status=record.status, digest=record.digest
    )


def digest_of(body: bytes) -> str:
    """The digest under which archives file a body: Base32 SHA-1."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")
