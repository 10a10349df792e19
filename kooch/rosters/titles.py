"""Refuses a table whose column names stand below a title."""

from collections.abc import Sequence
from pathlib import Path

from kooch.errors import Fault, RosterError
from kooch.rosters.columns import is_column


def refuse_title(rows: Sequence[Sequence[str]], file: Path, *, sheet: str | None = None, first_row: int = 1) -> None:
    """Raise RosterError if the first row holds one cell and the next filled row several: column names stand below a title.

    A cell that is the name of a column is no title: it is the header of a list of one column.
    """
    filled = [(number, sum(map(bool, map(str.strip, row)))) for number, row in enumerate(rows[:20], start=first_row)]
    below = next(((number, cells) for number, cells in filled[1:] if cells), None)
    if not below or filled[0][1] != 1 or below[1] < 2 or any(map(is_column, rows[0])):
        return
    what = "it" if below[0] == first_row + 1 else f"rows {first_row} to {below[0] - 1}"
    message = f"row {first_row} looks like a title: delete {what}, so that the column names are in row {first_row}"
    raise RosterError.of([Fault(file=file, sheet=sheet, message=message)])
