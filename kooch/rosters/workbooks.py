"""Reads the first sheet of an .xlsx or .ods: values from a library, and the rest from the sheet's own XML.

A library gives nothing for a cell in error, for a formula that was never computed and for all but one of merged cells,
as for an empty one. Such cells are named, or filled where the merge says how.
"""

import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path
from xml.parsers.expat import ExpatError

from python_calamine import CalamineError, CalamineWorkbook

from kooch.errors import Fault, RosterError
from kooch.rosters.marks import Marks, Place, TooLargeError, cell_name, scan
from kooch.rosters.tables import Table, table_of
from kooch.rosters.titles import title_above


def read_workbook(file: Path) -> Table:
    """The first visible sheet, with every cell as text. Raises RosterError if the file is not a workbook, or is larger than any list."""
    if not file.exists():
        raise RosterError("the file is missing", file=file)
    try:
        marks = scan(file)
        with CalamineWorkbook.from_path(file) as workbook:
            cells = workbook.get_sheet_by_name(marks.sheet).to_python(skip_empty_area=False)
    except TooLargeError as error:
        raise RosterError(f"is larger than any list: {error}", file=file) from error
    except (CalamineError, zipfile.BadZipFile, zlib.error, ExpatError, KeyError, ValueError, OSError) as error:
        what = (str(error).splitlines() or [type(error).__name__])[0]
        raise RosterError(f"cannot be read as a spreadsheet: {what}", file=file) from error
    faults = dict(marks.faults)
    grid = [[_text(cell, (row, column), faults) for column, cell in enumerate(line)] for row, line in enumerate(cells)]
    # A cell whose value is lost is not empty.
    above, title = title_above(
        [[cell or "?" * ((row, column) in faults) for column, cell in enumerate(line)] for row, line in enumerate(grid)]
    )
    notes = [f"sheet '{marks.sheet}' was read; left out: {', '.join(marks.others)}"] if marks.others else []
    notes += _fill_merges(grid, marks, faults, header=above)
    faults = {place: message for place, message in faults.items() if place[0] >= above}
    for row, column in faults:
        if row < len(grid) and column < len(grid[row]):
            grid[row][column] = ""
    named = [cell.strip() for cell in grid[above]] if grid else []
    found = [
        Fault(
            file=file,
            sheet=marks.sheet,
            row=place[0] + 1,
            column=(named[place[1]] or None) if place[1] < len(named) else None,
            message=f"cell {cell_name(place)} {message}",
        )
        for place, message in sorted(faults.items())
    ]
    return table_of(
        grid[above:],
        file,
        sheet=marks.sheet,
        first_row=above + 1,
        notes=notes,
        faults=[Fault(file=file, sheet=marks.sheet, message=title)] if title else [],
        lost=found,
        unread={column for row, column in faults if row == above},
    )


def _fill_merges(grid: list[list[str]], marks: Marks, faults: dict[Place, str], *, header: int) -> list[str]:
    """Repeat the value of cells that are merged downwards. Merges across columns or with the header are faults."""
    notes = []
    for (top, left), (bottom, right) in marks.merges:
        value = grid[top][left] if top < len(grid) and left < len(grid[top]) else ""
        if not value or bottom < header:
            continue
        merged = f"{cell_name((top, left))} to {cell_name((bottom, right))}"
        if left != right or top <= header:
            where = "the header" if top <= header else "columns that say different things"
            faults[top, left] = f"is merged over {where} ({merged}): undo the merge"
            continue
        for row in range(top + 1, min(bottom + 1, len(grid))):
            grid[row][left] = value
        notes.append(f"the merged cells {merged} were read as '{value}' each")
    return notes


def _text(cell: object, place: Place, faults: dict[Place, str]) -> str:
    match cell:
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case bool():
            return str(cell)
        case float() | int() if abs(cell) >= 10**15:
            faults.setdefault(
                place,
                f"is the number {int(cell)} of more than 15 digits, which spreadsheets round: format the column as text "
                "and enter the ids again",
            )
            return ""
        case float() if cell.is_integer():
            return str(int(cell))
    return str(cell)
