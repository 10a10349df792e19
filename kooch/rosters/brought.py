"""Reads a table that a user imports, from any usual program and in any usual encoding."""

import re
from dataclasses import replace
from pathlib import Path

from kooch.errors import Fault, RosterError
from kooch.rosters.delimited import read_delimited
from kooch.rosters.tables import Table
from kooch.rosters.workbooks import read_workbook

# Libraries that read these formats show a cell in error as an empty cell.
_UNTOLD = {".xls", ".xlsb", ".numbers", ".et"}
# What spreadsheets write into a text for a cell in error, or for a number in a column that is too narrow.
_ERROR = re.compile(
    r"#N/A|#N/D|#N/B|#NV|#I/T|#GETTING_DATA|#{3,}|(Err|Fehler|Erreur|Errore):\d{3}"
    r"|#(REF|VALUE|NUM|NULL|DIV/0|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|BEZUG|WERT|ZAHL|ÜBERLAUF|VALEUR|NOMBRE|NUL"
    r"|RIF|VALORE|VALOR|NÚM|REFERENS|VÄRDEFEL|OGILTIGT|SAKNAS|VERW|WAARDE|GETAL|LEEG|ARG|ADR|LICZBA)!"
    r"|#¡(REF|VALOR|NUM|DIV/0|NULO)!|#(NAME|NOM|NOME|NAMN|NAAM|NAZWA)\?|#¿NOMBRE\?"
)


def read_table(file: Path, *, encoding: str | None = None) -> Table:
    """A CSV, a TSV or the first sheet of a spreadsheet, with every cell as text. Raises RosterError if the file is not a table."""
    kind = file.suffix.lower()
    if kind in _UNTOLD:
        raise RosterError(
            f"is a {kind} file, of which no cell in error can be told from an empty one: save it as .xlsx, .ods or CSV",
            file=file,
        )
    if kind in {".xlsx", ".xlsm", ".ods"}:
        return _without_errors(read_workbook(file))
    return _without_errors(read_delimited(file, encoding=encoding))


def _without_errors(table: Table) -> Table:
    """The table without the texts that stand for a cell in error; each is a fault."""
    found = [
        Fault(
            file=table.file,
            sheet=table.sheet,
            row=row,
            column=column,
            message=f"is the error {cell}: correct the formula, or put the value in its place",
        )
        for row, cells in table.rows
        for column, cell in cells.items()
        if cell and _ERROR.fullmatch(cell)
    ]
    places = {(fault.row, fault.column) for fault in found}
    rows = tuple(
        (row, {column: "" if (row, column) in places else cell for column, cell in cells.items()})
        for row, cells in table.rows
    )
    return replace(table, rows=rows, lost=(*table.lost, *found)) if found else table
