"""Finds a title above the column names of a table."""

from collections.abc import Sequence, Set

from kooch.rosters.columns import is_column


def title_above(
    rows: Sequence[Sequence[str]], *, first_row: int = 1, unread: Set[int] = frozenset()
) -> tuple[int, str | None]:
    """How many rows stand above the column names, and the fault in that; 0 and None without a title.

    The first row is a title if it holds one cell and the next filled row several. A cell that is the name of a column is no
    title: it is the header of a list of one column. Empty rows above are no fault. The rows with the numbers of `unread` cannot be
    read: they are not empty, and no titles.
    """
    empty = next((n for n, row in enumerate(rows) if first_row + n in unread or any(map(str.strip, row))), 0)
    if empty:
        above, title = title_above(rows[empty:], first_row=first_row + empty, unread=unread)
        return empty + above, title
    if first_row in unread:
        return 0, None
    filled = [(number, sum(map(bool, map(str.strip, row)))) for number, row in enumerate(rows[:20], start=first_row)]
    below = next(((number, cells) for number, cells in filled[1:] if cells), None)
    if not below or filled[0][1] != 1 or below[1] < 2 or any(map(is_column, rows[0])):
        return 0, None
    what = "it" if below[0] == first_row + 1 else f"rows {first_row} to {below[0] - 1}"
    message = f"row {first_row} looks like a title: delete {what}, so that the column names are in row {first_row}"
    return below[0] - first_row, message
