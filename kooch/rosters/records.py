"""Reads the records of a list's versions, in YAML, JSON or CSV.

Versions of a list differ little, and YAML is slow to parse. So an entry of YAML that the version before has too is not parsed again.
"""

import csv
import gc
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import yaml

Record = dict[str, str]
"""The texts, whole numbers and days of a record. A nested one stands under its path: `social.twitter`."""

_BREAKS = r"\n\r\x85\u2028\u2029"
# What may stand before the first entry: comments, empty lines and the mark of a document.
_BEFORE_ENTRIES = re.compile(rf"(?:(?:---(?=[ \r\n]))?[ ]*(?:#[^{_BREAKS}]*)?\r?\n)*([ ]*)(?=-[ \r\n])")
# The marks of a document's end and begin. They may stand in no quotes.
_MARK = re.compile(rf"[{_BREAKS}](?:\.\.\.|---)")
_ANCHOR = re.compile(r"(?<![0-9A-Za-z])&([0-9A-Za-z_-]+)")


@dataclass(slots=True)
class Records:
    """Reads versions one after the other, and keeps the entries of the latest."""

    _entries: dict[str, list[Record]] = field(default_factory=dict)

    def read(self, path: str, content: bytes) -> list[Record]:
        """The records of a version. The end of `path` says what it is.

        Raises yaml.YAMLError, csv.Error and ValueError if it cannot be read, RecursionError if it is nested too deeply.
        """
        with _collecting_later():
            return self._read(path.lower(), content)

    def _read(self, path: str, content: bytes) -> list[Record]:
        text = content.decode("utf-8-sig")
        if path.endswith((".yaml", ".yml")):
            entries = self._by_entry(text)
            return _flat_records(yaml.load(text, Loader=yaml.CSafeLoader)) if entries is None else entries
        if path.endswith(".json"):
            return _flat_records(json.loads(text))
        delimiter = "\t" if path.endswith((".tsv", ".tab")) else max(",;\t", key=text.partition("\n")[0].count)
        return _flat_records(list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))

    def _by_entry(self, text: str) -> list[Record] | None:
        """The records of a YAML text, read entry by entry; None if the whole must be parsed to know them."""
        pieces = _entries_of(text)
        if pieces is None:
            return None
        try:
            read = {piece: self._entries.get(piece) or _read_entry(piece) for piece in pieces}
        except (yaml.YAMLError, ValueError):
            # An entry that is not YAML by itself: a quotation that goes on, or an alias of an anchor in another entry.
            return None
        self._entries = read
        return [record for piece in pieces for record in read[piece]]


def _entries_of(text: str) -> list[str] | None:
    """The entries of a YAML text that is one list, with what stands around them; None if that cannot be told.

    A line that begins an entry ends all before it, unless that is a quotation or stands in brackets. Then the piece before it
    is not YAML, and cannot be read.
    """
    before = _BEFORE_ENTRIES.match(text)
    if before is None or _MARK.search(text, before.end()):
        return None
    begins = re.compile(rf"^{before[1]}-(?=[ \r\n])", re.MULTILINE)
    # The first entry is read with what stands before it.
    places = [0, *(found.start() for found in begins.finditer(text, before.end() + 1)), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    # An anchor that occurs twice is a fault, which no entry shows by itself.
    anchors = _ANCHOR.findall(text) if "&" in text else []
    return None if len(anchors) > len(set(anchors)) else pieces


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Let no object be collected in between. A parsed text is many objects that all stay, and looking at them doubles the time."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


def _read_entry(piece: str) -> list[Record]:
    return _flat_records(yaml.load(piece, Loader=yaml.CSafeLoader))


def _flat_records(found: object) -> list[Record]:
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [])
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise ValueError("it is no list of records")
    return [dict(_flat(record)) for record in found]


def _flat(record: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{place}{key}.")
        elif isinstance(value, str | int | date):
            yield f"{place}{key}", str(value).strip()
