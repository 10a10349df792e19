"""CSV files and cells: what every table of a roster has in common."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

import duckdb

from kooch.errors import RosterError

Row = tuple[int, dict[str, str]]

# Outside of these, databases and time zones overflow; and nobody has joined a platform then.
FIRST_YEAR, LAST_YEAR = 1900, 2200

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Tabs and line breaks may stand in a cell, other control characters are damage or an attack on terminals.
# Half a surrogate pair is no character of UTF-8.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def read_csv(file: Path) -> tuple[list[str], list[Row]]:
    """Header and rows of a UTF-8 CSV or TSV, cells stripped, empty rows left out. Rows are records; 1 is the header."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise RosterError("the file is missing", file=file) from None
    except OSError as error:
        raise RosterError(f"cannot be read: {error.strerror}", file=file) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RosterError(
            f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as CSV UTF-8", file=file, row=line
        ) from error
    first = text.partition("\n")[0]
    delimiter = "\t" if file.suffix.lower() in {".tsv", ".tab"} else max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise RosterError(f"is not CSV: {error}", file=file, row=len(rows) + 1) from error
    return table(rows, file)


def table(rows: Sequence[Sequence[str]], file: Path) -> tuple[list[str], list[Row]]:
    """Header and rows as dictionaries; refuses ragged rows and doubled or unnamed columns that hold something."""
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise RosterError("row 1 has no column names", file=file, row=1)
    header = [cell.strip() for cell in rows[0]]
    for name in header:
        refuse_control("the header", name, file=file, row=1)
        if name and header.count(name) > 1:
            raise RosterError(f"column '{name}' stands twice: keep one", file=file, row=1)
    read: list[Row] = []
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise RosterError(f"has {len(cells)} cells, the header has {len(header)}", file=file, row=number)
        for name, cell in zip(header, cells, strict=True):
            refuse_control(f"column '{name}'", cell, file=file, row=number)
        if any(cell and not name for name, cell in zip(header, cells, strict=True)):
            raise RosterError("has a cell in a column without a name", file=file, row=number)
        read.append((number, {name: cell for name, cell in zip(header, cells, strict=True) if name}))
    return [name for name in header if name], read


def one_of(column: str, value: str, allowed: Sequence[str], *, file: Path, row: int | None) -> str:
    """`value`, if it is one of `allowed`."""
    if value not in allowed:
        raise RosterError(f"{column} '{value}' is unknown: write one of {', '.join(allowed)}", file=file, row=row)
    return value


def parse_day(column: str, value: str, *, file: Path, row: int | None) -> date:
    """A day written YYYY-MM-DD."""
    try:
        if _DAY.fullmatch(value):
            return check_year(column, date.fromisoformat(value), file=file, row=row)
    except ValueError:
        pass
    raise RosterError(f"{column} '{value}' is no day: write YYYY-MM-DD", file=file, row=row)


def check_year(column: str, day: date, *, file: Path, row: int | None) -> date:
    """`day`, if its year is one that can be meant and stored."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise RosterError(
            f"{column} '{day}' is not between {FIRST_YEAR} and {LAST_YEAR}: correct it, or leave it empty if unknown",
            file=file,
            row=row,
        )
    return day


def refuse_control(what: str, text: str, *, file: Path, row: int | None) -> None:
    """Raise RosterError for a control character other than a tab or a line break."""
    found = _CONTROL.search(text)
    if found:
        raise RosterError(f"{what} holds the control character U+{ord(found[0]):04X}: remove it", file=file, row=row)


def parse_zone(value: str, *, file: Path, row: int | None) -> str:
    """An IANA time zone, as it stands, that Python and DuckDB both know."""
    if value not in _zones():
        raise RosterError(f"time_zone '{value}' is unknown: write e.g. Asia/Kolkata", file=file, row=row)
    return value


@cache
def _zones() -> frozenset[str]:
    with duckdb.connect(":memory:") as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM pg_timezone_names()").fetchall()}
    return frozenset(name for name in available_timezones() & known if not name.startswith(("posix/", "right/")))
