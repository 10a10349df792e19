"""A table as it was read: a header, rows of text, and the faults of its shape."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kooch.errors import Fault, RosterError
from kooch.rosters.cells import control_character, raise_any

Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A row is its number (1 is the header) and its cells by column name. Empty rows are left out.

    `faults` are of its shape and of cells that could not be read; `notes` say how it was read.
    """

    file: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: str | None = None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def read_own_csv(file: Path) -> Table:
    """A CSV of Kooch's own, in UTF-8. Raises RosterError with all faults of its shape."""
    content = read_bytes(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RosterError(
            f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as CSV UTF-8", file=file, row=line
        ) from error
    table = table_of(split(text, file), file)
    raise_any(table.faults)
    return table


def read_bytes(file: Path) -> bytes:
    """The content of `file`. Raises RosterError."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise RosterError("the file is missing", file=file) from None
    except OSError as error:
        raise RosterError(f"cannot be read: {error.strerror}", file=file) from error


def split(text: str, file: Path, delimiter: str | None = None) -> list[list[str]]:
    """The cells of a CSV or TSV. The default `delimiter` is the most frequent one in the first line. Raises RosterError."""
    first = text.partition("\n")[0]
    if delimiter is None:
        delimiter = "\t" if file.suffix.lower() in {".tsv", ".tab"} else max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise RosterError(f"is not CSV: {error}", file=file, row=len(rows) + 1) from error
    return rows


def table_of(
    rows: Iterable[Sequence[str]],
    file: Path,
    *,
    sheet: str | None = None,
    first_row: int = 1,
    notes: Sequence[str] = (),
    faults: Sequence[Fault] = (),
) -> Table:
    """A table from rows of cells; the first row is the header. Ragged rows and cells under no column name are faults.

    `faults` are those of single cells, which the reader has found and emptied.
    """
    numbered = enumerate(([cell.strip() for cell in row] for row in rows), start=first_row)
    header = next(numbered, (first_row, []))[1]
    found = [Fault(file=file, sheet=sheet, row=first_row, message=message) for message in _faults_of_header(header)]
    read: list[Row] = []
    for number, cells in numbered:
        message = _fault_of_row(cells, header)
        if message:
            found.append(Fault(file=file, sheet=sheet, row=number, message=message))
        elif any(cells):
            read.append((number, {name: cell for name, cell in zip(header, cells, strict=True) if name}))
    names = tuple(name for name in header if name)
    return Table(file=file, header=names, rows=tuple(read), sheet=sheet, faults=(*faults, *found), notes=tuple(notes))


def _fault_of_row(cells: Sequence[str], header: Sequence[str]) -> str | None:
    if not any(cells):
        return None
    if len(cells) != len(header):
        return f"has {len(cells)} cells, the header has {len(header)}"
    if any(cell and not name for name, cell in zip(header, cells, strict=True)):
        return "has a cell in a column without a name"
    return None


def _faults_of_header(header: Sequence[str]) -> Iterable[str]:
    if not any(header):
        yield "row 1 has no column names"
    for name in dict.fromkeys(filter(None, header)):
        if found := control_character(name):
            yield f"the header holds the control character {found}: remove it"
        if header.count(name) > 1:
            yield f"column '{name}' occurs twice: keep one"
