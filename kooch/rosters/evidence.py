"""What the press says, brought in beside the rosters: files of dated statements about figures of any roster.

They lie in `evidence/` of the user's own rosters, a file an import; deleting a file removes what it says.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kooch.errors import RosterError
from kooch.rosters.check import Fault, check, fault_of_address, fault_of_count, fault_of_figure
from kooch.rosters.read import read_statements
from kooch.rosters.rows import STATEMENT_COLUMNS, faults_of_statement, parse_statement, says
from kooch.rosters.sheets import read_sheet
from kooch.rosters.values import EVIDENCE, Roster, Statement, slugify
from kooch.rosters.write import write_statements

_NEEDED = ("figure_id", "platform", "event", "publisher", "published_on", "time_zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReport:
    """What an import found, and where it was put. With faults nothing is written; `is_new` is False for a repetition."""

    file: Path
    statements: tuple[Statement, ...]
    faults: tuple[Fault, ...]
    is_new: bool


def read_evidence(root: Path) -> list[Statement]:
    """The statements of every file in `root/evidence`, by name; none where there is no folder. Raises RosterError."""
    return [statement for file in sorted((root / EVIDENCE).glob("*.csv")) for statement in read_statements(file)]


def import_evidence(file: Path, *, into: Path, rosters: Sequence[Roster]) -> EvidenceReport:
    """Take the statements of a CSV, a TSV or a spreadsheet (its first sheet) over into `into/evidence/`.

    Its columns are those of statements.csv; those that may be empty may be missing. `rosters` are all whose figures it
    may speak of. A file that says the same as one that stands there under its name changes nothing.

    Raises RosterError when it cannot be read as a table, or another file has its name, StorageError when writing fails.
    """
    target = into / EVIDENCE / f"{slugify(None, file.stem)}.csv"
    header, rows = read_sheet(file)
    if not rows:
        raise RosterError("holds no row below its column names: give one a statement", file=file)
    faults = list(_faults_of_header(header, file))
    members = {member.figure_id for roster in rosters for member in roster.members}
    statements: list[Statement] = []
    for row, cells in [] if faults else rows:
        wrong = [error.fault for error in faults_of_statement(cells, file=file, row=row)]
        if wrong:
            # What `check` would find, too, if this were a statement.
            figure_id = cells["figure_id"]
            wrong += filter(None, [fault_of_address(cells.get("source_url")), fault_of_count(cells.get("reported"))])
            wrong += filter(None, [fault_of_figure(figure_id, members) if figure_id else None])
            faults += [Fault(file=file, row=row, message=message) for message in wrong]
        else:
            statements.append(parse_statement(cells, file=file, row=row))
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
        faults=tuple(sorted(faults, key=lambda fault: (fault.row, fault.message))),
        is_new=is_new,
    )


def _faults_of_header(header: Sequence[str], file: Path) -> Iterator[Fault]:
    columns = ", ".join(STATEMENT_COLUMNS)
    for name in _NEEDED:
        if name not in header:
            yield Fault(file=file, row=1, message=f"column '{name}' is missing: the columns are {columns}")
    for name in header:
        if name not in STATEMENT_COLUMNS:
            yield Fault(file=file, row=1, message=f"column '{name}' is unknown: the columns are {columns}")


def _faults_of_repetition(known: Sequence[Statement], new: Sequence[Statement]) -> Iterator[Fault]:
    first: dict[Hashable, Statement] = {says(statement): statement for statement in known}
    for statement in new:
        other = first.setdefault(says(statement), statement)
        if other is not statement:
            yield Fault(
                file=statement.file,
                row=statement.row,
                message=f"says the same as {other.file}, row {other.row}: remove one of them",
            )
