"""A table as it was read: a header, rows of text, and the faults of its shape."""

import csv
import io
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from kooch.errors import Fault, RosterError
from kooch.rosters.cells import control_character

Row = tuple[int, dict[str, str]]
_DELIMITERS = ",;\t|"
_MOST_ABOVE = 20
"""In how many lines the first delimiter may stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A row is its number and its cells by column name. Empty rows are left out. `first_row` is the number of the header.

    `faults` are of its shape: a row of another length than the header is there as far as it can be read, and of a column
    that occurs twice the first cell that is filled. `lost` are faults of cells whose value is lost; such a cell is empty
    here. `notes` say how the table was read. With `has_unread_header`, a fault says that column names are missing here.
    """

    file: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: str | None = None
    faults: tuple[Fault, ...] = ()
    lost: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    first_row: int = 1
    has_unread_header: bool = False


def read_own_csv(file: Path) -> Table:
    """A CSV of Kooch's own, in UTF-8. Its `faults` are of its shape. Raises RosterError if it cannot be read at all."""
    content = read_bytes(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RosterError(
            f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as CSV UTF-8", file=file, row=line
        ) from error
    rows, faults = split(text, file)
    return table_of(rows, file, faults=faults)


def read_bytes(file: Path) -> bytes:
    """The content of `file`. Raises RosterError."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise RosterError("the file is missing", file=file) from None
    except OSError as error:
        raise RosterError(f"cannot be read: {error.strerror}", file=file) from error


def split(
    text: str, file: Path, delimiter: str | None = None, *, first_row: int = 1
) -> tuple[list[list[str]], list[Fault]]:
    """The cells of a CSV or TSV, and the faults of rows that are none; such a row has no cells.

    The default `delimiter` is the most frequent one in the first line that holds one.
    """
    if delimiter is None:
        delimiter = "\t" if file.suffix.lower() in {".tsv", ".tab"} else _delimiter_of(text)
    lines = io.StringIO(text, newline="").readlines()
    rows: list[list[str]] = []
    faults: list[Fault] = []
    begin = 0
    while begin < len(lines):
        reader = csv.reader((lines[at] for at in range(begin, len(lines))), delimiter=delimiter, strict=True)
        whole = 0
        try:
            for row in reader:
                rows.append(row)
                whole = reader.line_num
            break
        except csv.Error as error:
            message = _fault_of_csv(error, lines=reader.line_num - whole)
            faults.append(Fault(file=file, row=first_row + len(rows), message=message))
            rows.append([])
            # A quotation mark that is not closed would take the lines below into its cell.
            begin += whole + 1
    return rows, faults


def _delimiter_of(text: str) -> str:
    """The delimiter of a text. A title or an empty line may stand above the column names."""
    lines = text.split("\n", _MOST_ABOVE)[:_MOST_ABOVE]
    first = next((line for line in lines if not set(_DELIMITERS).isdisjoint(line)), "")
    return max(_DELIMITERS, key=first.count)


def _fault_of_csv(error: csv.Error, *, lines: int) -> str:
    if lines > 1 or "unexpected end" in str(error):
        return "has a quotation mark that is not closed: close it, or remove it"
    if "expected after" in str(error):
        return "has text behind a closing quotation mark: write a mark inside a cell twice"
    return f"is not CSV: {error}"


def table_of(
    rows: Iterable[Sequence[str]],
    file: Path,
    *,
    sheet: str | None = None,
    first_row: int = 1,
    notes: Sequence[str] = (),
    faults: Sequence[Fault] = (),
    lost: Sequence[Fault] = (),
    unread: Set[int] = frozenset(),
) -> Table:
    """A table from rows of cells; the first row is the header. Ragged rows and cells under no column name are faults.

    `faults` and `lost` are those that the reader has found; `unread` are the positions of column names that are lost.
    """
    numbered = enumerate(([cell.strip() for cell in row] for row in rows), start=first_row)
    header = next(numbered, (first_row, []))[1]
    has_unread_header = bool(unread) or any(fault.row == first_row for fault in faults)
    found = [
        Fault(file=file, sheet=sheet, row=first_row, column=name, message=message)
        for name, message in _faults_of_header(header)
    ]
    if not any(header) and not has_unread_header:
        message = "has no column names: write one above each column"
        found.append(Fault(file=file, sheet=sheet, row=first_row, message=message))
    read: list[Row] = []
    for number, cells in numbered:
        if not any(cells):
            continue
        found += (
            Fault(file=file, sheet=sheet, row=number, message=message)
            for message in _faults_of_row(cells, header, unread)
        )
        by_column: dict[str, list[str]] = {name: [] for name in header if name}
        for name, cell in zip(header, cells, strict=False):
            if name and cell and cell not in by_column[name]:
                by_column[name].append(cell)
        found += (
            Fault(file=file, sheet=sheet, row=number, column=name, message=f"column '{name}' {_says_both(values)}")
            for name, values in by_column.items()
            if len(values) > 1
        )
        read.append((number, {name: values[0] if values else "" for name, values in by_column.items()}))
    return Table(
        file=file,
        header=tuple(dict.fromkeys(filter(None, header))),
        rows=tuple(read),
        sheet=sheet,
        faults=(*faults, *found),
        lost=tuple(lost),
        notes=tuple(notes),
        first_row=first_row,
        has_unread_header=has_unread_header,
    )


def _says_both(values: Sequence[str]) -> str:
    said = " and ".join(f"'{value}'" for value in values)
    return f"says {said}: keep one"


def _faults_of_row(cells: Sequence[str], header: Sequence[str], unread: Set[int]) -> Iterable[str]:
    if not any(header):
        return  # The header has that fault.
    if len(cells) != len(header):
        n = f"{len(cells)} cell" if len(cells) == 1 else f"{len(cells)} cells"
        yield (
            f"has {n}, the header has {len(header)}: write one for each column; a cell that holds the separator needs "
            "quotation marks"
        )
    if any(cell and not name and at not in unread for at, (name, cell) in enumerate(zip(header, cells, strict=False))):
        yield "has a cell in a column without a name"


def _faults_of_header(header: Sequence[str]) -> Iterable[tuple[str | None, str]]:
    """The columns of a header with faults, and the faults."""
    for name in dict.fromkeys(filter(None, header)):
        if found := control_character(name):
            yield None, f"the header holds the control character {found}: remove it"
        if header.count(name) > 1:
            yield name, f"column '{name}' occurs twice: keep one"
