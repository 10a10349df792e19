"""Reads rosters and events strictly. A RosterError names everything that is not understood."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import yaml

from kooch.errors import Fault, RosterError, StorageError
from kooch.files import finish_replacements
from kooch.rosters.cells import Slug, Value, columns_of, fault_of, gathering, parse, raise_any
from kooch.rosters.consistency import inconsistencies
from kooch.rosters.models import (
    LATER_COLUMNS,
    AccountClaim,
    Asked,
    Event,
    Holder,
    LastPost,
    Member,
    Roster,
    Row,
    Run,
    Statement,
    parse_row,
)
from kooch.rosters.tables import Table, read_own_csv

ROSTER_KEYS = tuple(
    field.name
    for field in fields(Roster)
    if field.name
    not in {"slug", "members", "accounts", "statements", "series", "holders", "last_posts", "asked", "folder"}
)


def read_roster(folder: Path) -> Roster:
    """Read one roster; its slug is the folder's name. Raises RosterError with the faults of all its files."""
    faults: list[Fault] = []
    if message := fault_of(Slug, folder.name):
        faults.append(Fault(file=folder / "roster.yaml", message=f"the folder's name {message}"))
    roster = None
    with gathering(faults):
        file = folder / "roster.yaml"
        top = _mapping(_read_yaml(file), ROSTER_KEYS, file)
        roster = parse(Roster, top | {"slug": "unnamed", "folder": folder}, file=file)
    members = _read_rows(Member, folder / "members.csv", faults)
    accounts = _read_rows(AccountClaim, folder / "accounts.csv", faults)
    has_statements = (folder / "statements.csv").exists()
    statements = _read_rows(Statement, folder / "statements.csv", faults) if has_statements else ()
    series = _read_rows(Run, folder / "series.csv", faults) if (folder / "series.csv").exists() else ()
    holders = _read_rows(Holder, folder / "holders.csv", faults) if (folder / "holders.csv").exists() else ()
    has_last_posts = (folder / "last_posts.csv").exists()
    last_posts = _read_rows(LastPost, folder / "last_posts.csv", faults) if has_last_posts else ()
    asked = _read_rows(Asked, folder / "asked.csv", faults) if (folder / "asked.csv").exists() else ()
    raise_any(faults)
    if roster is None:
        raise AssertionError(f"{folder}: neither a roster nor a fault")
    roster = replace(
        roster,
        slug=folder.name,
        members=members,
        accounts=accounts,
        statements=statements,
        series=series,
        holders=holders,
        last_posts=last_posts,
        asked=asked,
    )
    raise_any(list(inconsistencies(roster)))
    return roster


def read_statements(file: Path) -> list[Statement]:
    """The statements of one CSV in Kooch's own format. Raises RosterError."""
    faults: list[Fault] = []
    statements = _read_rows(Statement, file, faults)
    raise_any(faults)
    return list(statements)


def read_rosters(*roots: Path) -> list[Roster]:
    """Every subfolder with a roster.yaml, by slug; a later root wins on the same slug. A missing root is empty.

    A replacement that was broken off is finished first. Raises RosterError, and StorageError if it cannot be finished.
    """
    for root in roots:
        _finish_replacements(root)
    folders = {
        folder.name: folder
        for root in roots
        if root.is_dir()
        for folder in sorted(root.iterdir())
        if not folder.name.startswith(".") and _is_list(folder)
    }
    return [read_roster(folders[slug]) for slug in sorted(folders)]


def _is_list(folder: Path) -> bool:
    """Whether a folder holds a list. Raises RosterError if only roster.yaml is missing; otherwise the list would vanish silently."""
    if (folder / "roster.yaml").is_file():
        return True
    if (folder / "members.csv").is_file():
        raise RosterError(
            "is missing, and members.csv is there: restore it, or remove the folder", file=folder / "roster.yaml"
        )
    return False


def _finish_replacements(root: Path) -> None:
    try:
        finish_replacements(root)
    except OSError as error:
        raise StorageError(
            f"Lists in {root}: a replacement that was broken off cannot be finished ({error.strerror}). Correct the"
            " permissions of that folder, then repeat."
        ) from error


def read_events(path: Path) -> list[Event]:
    """Read a list of events in the order of the file. Raises RosterError."""
    return list(_read_entries(Event, path, "event"))


def _read_rows(model: type[Row], file: Path, faults: list[Fault]) -> tuple[Row, ...]:
    read: list[Row] = []
    with gathering(faults):
        table: Table = read_own_csv(file)
        faults += [*table.faults, *_faults_of_columns(model, table)]
        absent = {*columns_of(model)} - {*table.header}
        for number, cells in table.rows:
            wrong: list[Fault] = []
            with gathering(wrong):
                read.append(parse_row(model, cells, file=file, row=number))
            # A column that is not there has one fault, and not one in every row.
            faults += [fault for fault in wrong if fault.column not in absent]
    return tuple(read)


def _faults_of_columns(model: type[Row], table: Table) -> Iterator[Fault]:
    columns = columns_of(model)
    for name in columns:
        if name not in table.header and (model, name) not in LATER_COLUMNS:
            yield Fault(
                file=table.file, row=1, message=f"column '{name}' is missing: the columns are {', '.join(columns)}"
            )
    for name in table.header:
        if name not in columns:
            yield Fault(
                file=table.file, row=1, message=f"column '{name}' is unknown: the columns are {', '.join(columns)}"
            )


def _read_yaml(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_bytes())
    except FileNotFoundError:
        raise RosterError("the file is missing", file=file) from None
    except OSError as error:
        raise RosterError(f"cannot be read: {error.strerror}", file=file) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise RosterError(f"is not YAML: {error.problem}", file=file, row=line) from error
    except RecursionError:
        raise RosterError("is nested too deeply: a list of mappings is enough", file=file) from None
    except (yaml.YAMLError, ValueError) as error:
        raise RosterError(f"is not YAML: {error}", file=file) from error


def _read_entries(model: type[Value], file: Path, key: str) -> Iterator[Value]:
    content = _read_yaml(file)
    if not isinstance(content, list):
        raise RosterError("is not a list of entries", file=file)
    seen: set[object] = set()
    for number, item in enumerate(content, start=1):
        entry = _mapping(item, tuple(field.name for field in fields(model)), file, f"entry {number}: ")  # type: ignore[arg-type]  # a dataclass
        name = entry.get(key)
        place = f"{key} '{name}': " if name else f"entry {number}: "
        if name in seen:
            raise RosterError(f"{place}occurs twice: keep one", file=file)
        seen.add(name)
        yield parse(model, entry, file=file, place=place)


def _mapping(content: object, keys: tuple[str, ...], file: Path, place: str = "") -> dict[str, Any]:
    """A mapping of a YAML file with known keys. A key without a value counts as missing."""
    if not isinstance(content, Mapping):
        raise RosterError(f"{place}is not a mapping of keys to values", file=file)
    for key in content:
        if key not in keys:
            raise RosterError(f"{place}key '{key}' is unknown: the keys are {', '.join(keys)}", file=file)
    return {key: value for key, value in content.items() if value is not None}
