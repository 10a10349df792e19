"""Reads a CSV or TSV as programs write it: in any usual encoding, with or without a byte order mark or a line `sep=;`."""

import codecs
import re
from pathlib import Path

from kooch.errors import Fault, RosterError
from kooch.rosters.tables import Table, read_bytes, split, table_of
from kooch.rosters.titles import title_above

_MOST_BYTES = 100_000_000
# The longer mark comes first, because the mark of UTF-32 begins like that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_NAMES = {
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
}


def read_delimited(file: Path, *, encoding: str | None = None) -> Table:
    """The table in a text file. A note says which encoding was used, if not UTF-8. Raises RosterError."""
    if file.exists() and file.stat().st_size > _MOST_BYTES:
        raise RosterError(f"is larger than {_MOST_BYTES // 10**6} MB, too large for a list", file=file)
    content = read_bytes(file)
    taken = encoding or _encoding_of(content)
    try:
        text = content.decode(taken)
    except LookupError:
        raise RosterError(f"encoding '{taken}' is unknown: write e.g. cp1252 or utf-8", file=file) from None
    except UnicodeError as error:
        raise RosterError(_fault_of(content, error, taken), file=file, row=_row_of(content, error)) from error
    notes = [] if encoding or taken in {"utf-8", "utf-8-sig"} else [_note(text, taken)]
    separator = _SEPARATOR.match(text)
    rest = text[separator.end() :] if separator else text
    first_row = 2 if separator else 1
    rows, faults = split(rest, file, separator[1] if separator else None, first_row=first_row)
    above, title = title_above(rows, first_row=first_row, unread={fault.row for fault in faults if fault.row})
    faults += [Fault(file=file, message=title)] if title else []
    return table_of(rows[above:], file, first_row=first_row + above, notes=notes, faults=faults)


def _encoding_of(content: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    # Without a mark, UTF-16 is recognised by the zero byte beside each letter of the header.
    start = content[:200]
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[::2].count(0) > len(start) // 4:
        return "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _note(text: str, taken: str) -> str:
    name = _NAMES[taken]
    if taken != "cp1252":
        return f"read as {name}"
    word = next(word for word in re.findall(r"[\w'’.-]+|\S", text) if not word.isascii())
    return f"is not UTF-8 and was read as {name}, as in '{word}'; if that looks wrong, name its --encoding"


def _fault_of(content: bytes, error: UnicodeError, taken: str) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return f"is not {taken}: {error}"
    byte = f"byte 0x{content[error.start]:02x}"
    if taken == "cp1252":
        return f"{byte} is neither UTF-8 nor Windows-1252: save the file as CSV UTF-8, or name its --encoding"
    return f"{byte} is not {taken}: save the file as CSV UTF-8, or name another --encoding"


def _row_of(content: bytes, error: UnicodeError) -> int | None:
    return content.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else None
