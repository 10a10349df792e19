"""Imports a file of looks into the folder of the lists, whole or not at all. Every fault is named by file and row."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kooch.errors import Fault, RosterError, StorageError
from kooch.files import alone_in, make_folder, remove_unfinished, write_whole
from kooch.looks.models import GIVEN, KNOWN, LOOK_COLUMNS, NEEDED, Look
from kooch.looks.sheet import accounts_listed
from kooch.rosters import Roster, slugify
from kooch.rosters.brought import read_table
from kooch.rosters.cells import gathering, parse, raise_any
from kooch.rosters.names import fold
from kooch.rosters.tables import Table, read_own_csv
from kooch.rosters.values import LOOKS
from kooch.rosters.write import csv_text


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksReport:
    """What an import found, and the file that it wrote. With faults nothing is written. `is_new` is False for a repetition."""

    file: Path
    looks: tuple[Look, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    is_new: bool


def read_looks(root: Path) -> list[Look]:
    """The looks of every file in `root/looks`, by name; none where there is no folder. Raises RosterError."""
    return [look for file in sorted((root / LOOKS).glob("*.csv")) for look in _read(file)]


def _read(file: Path) -> list[Look]:
    faults: list[Fault] = []
    table = read_own_csv(file)
    faults += table.faults
    looks = _looks(table, {}, faults)
    raise_any(faults)
    return looks


def import_looks(file: Path, *, into: Path, rosters: Sequence[Roster]) -> LooksReport:
    """Take the looks of a CSV, a TSV or a spreadsheet (its first sheet) over into `into/looks/`.

    Figures are those of `rosters`, by figure id, Wikidata id or name. Without a column `wave` the file is one wave. A
    row that says no more than the empty sheet is left out, and counted in the notes. If a file of the same name with
    the same content is there already, nothing changes.

    Raises RosterError when it cannot be read as a table, or another file has its name, StorageError when writing fails.
    """
    target = into / LOOKS / f"{slugify(None, file.stem)}.csv"
    table = read_table(file)
    if not table.rows and not table.faults:
        raise RosterError("holds no row below its column names: give one a look", file=file)
    faults = [*table.lost, *table.faults, *_faults_of_header(table)]
    figures = _figures(rosters)
    filled = tuple(row for row in table.rows if not _is_untouched(row[1], figures, rosters))
    left_out = len(table.rows) - len(filled)
    if not filled and not faults:
        raise RosterError(f"holds no look: {_without_a_look(left_out)}. Fill in one row for each look", file=file)
    table = replace(table, rows=filled)
    looks = _looks(table, figures, faults, wave=file.stem) if _is_of_looks(table) else []
    faults += _repeated(looks)
    faults += _strangers(looks, rosters)
    faults += _waves_of_others(looks, [look for look in read_looks(into) if look.file != target])
    is_new = not target.exists() or _read(target) != looks
    if is_new and not faults:
        with writing(target):
            if target.exists():
                raise RosterError(
                    f"{target} has the same name and says something else: give this file another name, or delete that one",
                    file=file,
                )
            write_looks(target, looks)
    placed = (replace(fault, sheet=table.sheet) for fault in faults)
    return LooksReport(
        file=target,
        looks=tuple(looks),
        faults=tuple(sorted(placed, key=lambda fault: (fault.row or 0, fault.message))),
        notes=(*table.notes, *([f"{_without_a_look(left_out)}: left out."] if left_out else [])),
        is_new=is_new,
    )


def _is_untouched(cells: Mapping[str, str], figures: Mapping[str, set[str]], rosters: Sequence[Roster]) -> bool:
    """Whether a row says only what the empty sheet says about its figure: no account, or a listed account and its
    method."""
    if any(text and name not in GIVEN for name, text in cells.items()):
        return False
    account, method = cells.get("account", ""), cells.get("method", "")
    if not account:
        return not method
    named = figures.get(fold(cells.get("figure", "")), set())
    listed = (accounts_listed(roster, cells.get("platform", "")) for roster in rosters)
    return method == KNOWN and any(account in accounts.get(figure_id, []) for accounts in listed for figure_id in named)


def _without_a_look(rows: int) -> str:
    return f"{rows:,} {'row' if rows == 1 else 'rows'} without a look"


def _looks(
    table: Table, figures: Mapping[str, set[str]], faults: list[Fault], *, wave: str | None = None
) -> list[Look]:
    looks: list[Look] = []
    absent = {*LOOK_COLUMNS} - {*table.header}
    for row, cells in table.rows:
        content: dict[str, object] = {column: cells.get(column, "") for column in LOOK_COLUMNS}
        content["wave"] = content["wave"] or wave or ""
        named = figures.get(fold(cells.get("figure", "")), set())
        if len(named) > 1:
            faults.append(
                Fault(
                    file=table.file, row=row, column="figure",
                    message=f"figure '{cells['figure']}' is several ({', '.join(sorted(named))}): write the figure_id",
                )
            )  # fmt: skip
        content["figure"] = next(iter(sorted(named)), content["figure"])
        wrong: list[Fault] = []
        with gathering(wrong):
            look = parse(Look, content | {"file": table.file, "row": row}, file=table.file, row=row)
            looks += [look] if len(named) < 2 else []
        # A column that is not there has one fault, and not one in every row.
        faults += [fault for fault in wrong if fault.column not in absent]
    return looks


def _is_of_looks(table: Table) -> bool:
    """Whether a table has a column of looks at all. If not, its cells are about something else."""
    return not set(NEEDED).isdisjoint(table.header)


def _figures(rosters: Sequence[Roster]) -> dict[str, set[str]]:
    """Figure ids by every folded name or id of a figure."""
    found: dict[str, set[str]] = {}
    for member in (member for roster in rosters for member in roster.members):
        for word in (member.name, *member.aliases, member.wikidata_qid or ""):
            found.setdefault(fold(word), set()).add(member.figure_id)
    # An id names its figure, even if somebody else has it as a name.
    found |= {fold(member.figure_id): {member.figure_id} for roster in rosters for member in roster.members}
    found.pop("", None)
    return found


def _faults_of_header(table: Table) -> Iterator[Fault]:
    columns = ", ".join(LOOK_COLUMNS)
    for name in NEEDED:
        if name not in table.header:
            yield Fault(file=table.file, row=1, message=f"column '{name}' is missing: the columns are {columns}")
    for name in table.header:
        if name not in LOOK_COLUMNS:
            yield Fault(file=table.file, row=1, message=f"column '{name}' is unknown: the columns are {columns}")


def _repeated(looks: Sequence[Look]) -> Iterator[Fault]:
    first: dict[tuple[object, ...], Look] = {}
    for look in looks:
        other = first.setdefault(look.key, look)
        if other is not look:
            yield _fault(
                look, f"is a second look of '{look.looker}' in this wave, as row {other.row}: keep one", "looker"
            )


def _strangers(looks: Sequence[Look], rosters: Sequence[Roster]) -> Iterator[Fault]:
    members = {member.figure_id for roster in rosters for member in roster.members}
    for look in looks:
        if look.figure not in members:
            yield _fault(look, f"figure '{look.figure}' is on no list: add the figure to one, or correct it", "figure")


def _waves_of_others(looks: Sequence[Look], others: Sequence[Look]) -> Iterator[Fault]:
    """A look that another file holds already."""
    known = {other.key: other for other in others}
    for look in looks:
        if other := known.get(look.key):
            yield _fault(look, f"is the same look as {other.file}, row {other.row}: remove one of them", "looker")


def _fault(look: Look, message: str, column: str) -> Fault:
    return Fault(file=look.file, row=look.row, column=column, message=message)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Lock the folder of `target` for changes, and make it if needed. Raises StorageError."""
    with ExitStack() as held:
        try:
            make_folder(target.parent)
            held.enter_context(alone_in(target.parent))
            remove_unfinished(target.parent)
        except OSError as error:
            raise StorageError(f"{target} could not be written: {error.strerror}") from error
        yield


def write_looks(target: Path, looks: Sequence[Look]) -> None:
    """Write a whole file of looks; the caller is `writing`. Raises StorageError."""
    rows = [{column: _cell(getattr(look, column)) for column in LOOK_COLUMNS} for look in looks]
    try:
        write_whole(target, csv_text(LOOK_COLUMNS, rows))
    except OSError as error:
        raise StorageError(f"{target} could not be written: {error.strerror}") from error


def _cell(value: object) -> str:
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)
