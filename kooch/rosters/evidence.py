"""Statements of the press beside the rosters: files of dated statements about figures of any roster.

They lie in `evidence/` of the user's own rosters, a file an import; deleting a file removes what it says.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from kooch.errors import Fault, RosterError
from kooch.rosters.brought import read_table
from kooch.rosters.cells import SLUG, fault_of_figure_id, gathering
from kooch.rosters.check import check, fault_of_address, fault_of_count, fault_of_figure
from kooch.rosters.columns import platform_meant
from kooch.rosters.consistency import fault_at, says
from kooch.rosters.models import STATEMENT_COLUMNS, Roster, Statement, parse_row
from kooch.rosters.names import slugify
from kooch.rosters.people import People
from kooch.rosters.read import read_statements
from kooch.rosters.tables import Table
from kooch.rosters.values import EVIDENCE
from kooch.rosters.write import write_statements

_NEEDED = ("figure_id", "platform", "event", "publisher", "published_on", "time_zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReport:
    """What an import found, and the file that it wrote. With faults nothing is written. `is_new` is False for a repetition."""

    file: Path
    statements: tuple[Statement, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    is_new: bool


def read_evidence(root: Path) -> list[Statement]:
    """The statements of every file in `root/evidence`, by name; none where there is no folder. Raises RosterError."""
    return [statement for file in sorted((root / EVIDENCE).glob("*.csv")) for statement in read_statements(file)]


def import_evidence(file: Path, *, into: Path, rosters: Sequence[Roster]) -> EvidenceReport:
    """Take the statements of a CSV, a TSV or a spreadsheet (its first sheet) over into `into/evidence/`.

    Its columns are those of statements.csv; those that may be empty may be missing. `rosters` are all lists whose
    figures it may name. If a file of the same name with the same content is there already, nothing changes.

    Raises RosterError when it cannot be read as a table, or another file has its name, StorageError when writing fails.
    """
    target = into / EVIDENCE / f"{slugify(None, file.stem)}.csv"
    table = read_table(file)
    if not table.rows and not table.faults:
        raise RosterError("holds no row below its column names: give one a statement", file=file)
    faults = [*table.lost, *table.faults, *_faults_of_header(table)]
    statements = _read_statements(table, People(rosters), faults)
    others = [statement for statement in read_evidence(into) if statement.file != target]
    listed = [statement for roster in rosters for statement in roster.statements]
    faults += _faults_of_repetition([*listed, *others], statements)
    faults += [fault for fault in check(rosters, [*others, *statements]) if fault.file == file]
    is_new = not target.exists() or read_statements(target) != statements
    if target.exists() and is_new and not faults:
        raise RosterError(
            f"{target} has the same name and says something else: give this file another name, or delete that one",
            file=file,
        )
    if is_new and not faults:
        write_statements(target, statements)
    return EvidenceReport(
        file=target,
        statements=tuple(statements),
        faults=tuple(
            sorted((replace(f, sheet=table.sheet) for f in faults), key=lambda fault: (fault.row or 0, fault.message))
        ),
        notes=table.notes,
        is_new=is_new,
    )


def _read_statements(table: Table, people: People, faults: list[Fault]) -> list[Statement]:
    statements: list[Statement] = []
    absent = set(_NEEDED) - set(table.header)
    for row, cells in table.rows if _is_evidence(table) else ():
        wrong: list[Fault] = []
        cells["platform"] = platform_meant(cells.get("platform", ""))
        with gathering(wrong):
            statements.append(parse_row(Statement, cells, file=table.file, row=row))
        if not cells.get("published_on"):
            # A list says when it was recorded. A file of evidence does not.
            wrong.append(
                Fault(
                    file=table.file,
                    row=row,
                    column="published_on",
                    message="published_on is empty: every row needs one",
                )
            )
        # A column that is not there has one fault, and not one in every row.
        wrong = [fault for fault in wrong if fault.column not in absent]
        if wrong or absent:
            wrong = [_with_the_known_id(fault, cells.get("figure_id", ""), people) for fault in wrong]
            messages = filter(None, _doubts(cells, people.figures.keys()))
            faults += [*wrong, *(Fault(file=table.file, row=row, message=message) for message in messages)]
    return statements


def _is_evidence(table: Table) -> bool:
    """Whether a table has a column of evidence at all. If not, its cells are about something else."""
    return not set(_NEEDED).isdisjoint(table.header)


def _with_the_known_id(fault: Fault, text: str, people: People) -> Fault:
    message = fault_of_figure_id(text, people.named(text)) if text and fault.column == "figure_id" else None
    return replace(fault, message=message or fault.message)


def _doubts(cells: Mapping[str, str], members: Set[str]) -> Iterator[str | None]:
    """The faults that `check` would also find in a statement."""
    yield fault_of_address(cells.get("source_url"))
    yield fault_of_count(cells.get("reported"), cells.get("platform"))
    if SLUG.fullmatch(cells.get("figure_id", "")):
        yield fault_of_figure(cells["figure_id"], members)


def _faults_of_header(table: Table) -> Iterator[Fault]:
    """One fault for all columns that are missing, or for all that are unknown."""
    missing = [name for name in _NEEDED if name not in table.header]
    unknown = [name for name in table.header if name not in STATEMENT_COLUMNS]
    for names, what in ((missing, "missing"), (unknown if _is_evidence(table) else [], "unknown")):
        if names:
            quoted = ", ".join(f"'{name}'" for name in names)
            said = f"column {quoted} is {what}" if len(names) == 1 else f"columns {quoted} are {what}"
            yield Fault(file=table.file, row=1, message=f"{said}: the columns are {', '.join(STATEMENT_COLUMNS)}")


def _faults_of_repetition(known: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Fault]:
    first: dict[Hashable, Statement] = {says(statement): statement for statement in known}
    for statement in new:
        other = first.setdefault(says(statement), statement)
        if other is not statement:
            yield fault_at(statement, f"says the same as {other.file}, row {other.row}: remove one of them")
