"""Reads from a sheet's XML what spreadsheet libraries do not show: cells in error, formulas without a value, merges.

It is read in pieces and up to a limit, before a library reads the whole: no file may claim more than a list can hold.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol
from xml.parsers.expat import ParserCreate

_MOST_BYTES = 150_000_000
_MOST_ROWS, _MOST_COLUMNS, _MOST_CELLS = 200_000, 1_000, 5_000_000
_REFERENCE = re.compile(r"\$?([A-Z]{1,7})\$?(\d{1,9})")
_UNCOMPUTED = (
    "holds a formula whose value was not stored: open the file in a spreadsheet program, save it there, or put the value "
    "in its place"
)

Place = tuple[int, int]
"""Row and column, from 0."""


class TooLargeError(Exception):
    """A workbook that is larger than any list."""


@dataclass(slots=True, kw_only=True)
class Marks:
    """`faults` are sentences about single cells. A merge is its first and last cell. `others` are the sheets that are left out."""

    sheet: str
    others: tuple[str, ...] = ()
    faults: dict[Place, str] = field(default_factory=dict)
    merges: list[tuple[Place, Place]] = field(default_factory=list)
    last: Place = (0, 0)

    def reach(self, row: int, column: int) -> None:
        """Note that the cell has content. Raises TooLargeError."""
        self.last = max(self.last[0], row), max(self.last[1], column)
        rows, columns = self.last[0] + 1, self.last[1] + 1
        if rows > _MOST_ROWS or columns > _MOST_COLUMNS or rows * columns > _MOST_CELLS:
            raise TooLargeError(
                f"sheet '{self.sheet}' reaches to row {rows:,} and column {columns:,}; "
                f"{_MOST_ROWS:,} rows and {_MOST_COLUMNS:,} columns are read"
            )


class _Reader(Protocol):
    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def text(self, words: str) -> None: ...
    def end(self, name: str) -> None: ...


def scan(file: Path) -> Marks:
    """The marks of the first visible sheet. Raises TooLargeError, and what zipfile and expat raise for damage."""
    with zipfile.ZipFile(file) as archive:
        if file.suffix.lower() == ".ods":
            ods = _OdsSheet()
            _read(archive, "content.xml", ods)
            return ods.marks
        (name, part), *others = _xlsx_sheets(archive)
        marks = Marks(sheet=name, others=tuple(other for other, _ in others))
        for beside in {"xl/sharedStrings.xml", "xl/styles.xml"} & set(archive.namelist()):
            for _ in _pieces(archive, beside):
                pass
        _read(archive, part, _XlsxSheet(marks))
        return marks


def cell_name(place: Place) -> str:
    """A cell as spreadsheets call it: E3."""
    letters, column = "", place[1] + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{place[0] + 1}"


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    size = archive.getinfo(part).file_size
    if size > _MOST_BYTES:
        raise TooLargeError(f"{part} would take {size // 10**6:,} MB; {_MOST_BYTES // 10**6} MB are read")
    with archive.open(part) as stream:
        # A part with more content than it declares fails its checksum.
        while piece := stream.read(1 << 16):
            yield piece


def _read(archive: zipfile.ZipFile, part: str, reader: _Reader) -> None:
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    for piece in _pieces(archive, part):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    parser = ParserCreate()

    def start(element: str, attributes: dict[str, str]) -> None:
        if _local(element) == name:
            found.append({_local(key): value for key, value in attributes.items()})

    parser.StartElementHandler = start
    for piece in _pieces(archive, part):
        parser.Parse(piece, False)
    return found


def _xlsx_sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and part of every visible worksheet."""
    targets = {
        relation["Id"]: str(PurePosixPath("/xl") / relation["Target"]).lstrip("/")
        for relation in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
        if relation["Type"].endswith("/worksheet")
    }
    sheets = [
        (sheet["name"], targets[sheet["id"]])
        for sheet in _elements(archive, "xl/workbook.xml", "sheet")
        if sheet.get("state", "visible") == "visible" and sheet.get("id") in targets
    ]
    if not sheets:
        raise KeyError("it has no visible sheet")
    return sheets


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _place_of(reference: str) -> Place:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise KeyError(f"'{reference}' is no cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


class _XlsxSheet:
    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.place: Place = (-1, -1)
        self.kind = ""
        self.value: list[str] = []
        self.is_formula = self.is_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "row":
                self.place = (int(attributes.get("r", self.place[0] + 2)) - 1, -1)
            case "c":
                row, column = self.place
                self.place = _place_of(attributes["r"]) if "r" in attributes else (row, column + 1)
                self.marks.reach(*self.place)
                self.kind, self.value, self.is_formula = attributes.get("t", "n"), [], False
            case "f":
                self.is_formula = True
            case "v":
                self.is_value = True
            case "mergeCell":
                first, _, last = attributes["ref"].partition(":")
                self.marks.merges.append((_place_of(first), _place_of(last or first)))

    def text(self, words: str) -> None:
        if self.is_value:
            self.value.append(words)

    def end(self, name: str) -> None:
        match _local(name):
            case "v":
                self.is_value = False
            case "c":
                message = _fault_of("".join(self.value), kind=self.kind, is_formula=self.is_formula)
                if message:
                    self.marks.faults[self.place] = message


def _fault_of(value: str, *, kind: str, is_formula: bool) -> str | None:
    if kind == "e":
        return f"is the error {value}: correct the formula, or put the value in its place"
    # Programs that write formulas without computing them store nothing, or 0.
    if is_formula and kind == "n" and value in {"", "0"}:
        return _UNCOMPUTED
    return None


class _OdsSheet:
    def __init__(self) -> None:
        self.marks = Marks(sheet="")
        self.tables: list[str] = []
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.attributes: Mapping[str, str] = {}
        self.words: list[str] = []
        self.has_content = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.tables.append(attributes.get("table:name", ""))
            if len(self.tables) == 1:
                self.marks.sheet = self.tables[0]
            else:
                self.marks.others = tuple(self.tables[1:])
        elif len(self.tables) != 1:
            return
        elif name == "table:table-row":
            self.column = 0
            self.rows = int(attributes.get("table:number-rows-repeated", 1))
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self.columns = int(attributes.get("table:number-columns-repeated", 1))
            self.attributes, self.words = attributes, []
            self.has_content = "office:value-type" in attributes or "table:formula" in attributes

    def text(self, words: str) -> None:
        self.words.append(words)

    def end(self, name: str) -> None:
        if len(self.tables) != 1:
            return
        if name == "table:table-row":
            self.row += self.rows
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._end_cell()
            self.column += self.columns

    def _end_cell(self) -> None:
        if not self.has_content:
            return
        place = (self.row, self.column)
        self.marks.reach(self.row + self.rows - 1, self.column + self.columns - 1)
        message = self._fault()
        if message:
            self.marks.faults[place] = message
        down = int(self.attributes.get("table:number-rows-spanned", 1))
        across = int(self.attributes.get("table:number-columns-spanned", 1))
        if down > 1 or across > 1:
            self.marks.merges.append((place, (self.row + down - 1, self.column + across - 1)))

    def _fault(self) -> str | None:
        words = "".join(self.words).strip()
        is_formula = "table:formula" in self.attributes
        kind = self.attributes.get("office:value-type")
        is_error = self.attributes.get("calcext:value-type") == "error"
        if is_error or (is_formula and re.match(r"#[A-Z/0]|Err:\d", words)):
            return f"is the error {words}: correct the formula, or put the value in its place"
        if is_formula and (kind is None or (kind == "float" and self.attributes.get("office:value") in {None, "0"})):
            return _UNCOMPUTED
        return None
