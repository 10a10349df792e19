"""Reads a table that a user imports, from any usual program and in any usual encoding."""

from pathlib import Path

from kooch.errors import RosterError
from kooch.rosters.delimited import read_delimited
from kooch.rosters.tables import Table
from kooch.rosters.workbooks import read_workbook

# Libraries that read these formats show a cell in error as an empty cell.
_UNTOLD = {".xls", ".xlsb", ".numbers", ".et"}


def read_table(file: Path, *, encoding: str | None = None) -> Table:
    """A CSV, a TSV or the first sheet of a spreadsheet, with every cell as text. Raises RosterError if the file is not a table."""
    kind = file.suffix.lower()
    if kind in _UNTOLD:
        raise RosterError(
            f"is a {kind} file, of which no cell in error can be told from an empty one: save it as .xlsx, .ods or CSV",
            file=file,
        )
    if kind in {".xlsx", ".xlsm", ".ods"}:
        return read_workbook(file)
    return read_delimited(file, encoding=encoding)
