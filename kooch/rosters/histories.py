"""Reads the versions of a list from a folder of dated files or a git repository. `series` makes runs of them."""

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from kooch.errors import ConfigError, RosterError
from kooch.platforms import Account, known, read
from kooch.rosters.cells import raise_any
from kooch.rosters.columns import Renamed, rename
from kooch.rosters.models import Roster
from kooch.rosters.names import fold, slugify
from kooch.rosters.series import Listed, Version
from kooch.rosters.tables import Table
from kooch.rounded import rounded_ids

_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_PERSON = ("name", "figure_id", "wikidata_qid", "official_ids")


@dataclass(slots=True, kw_only=True)
class History:
    """The versions that could be read, in order. `unread` names the others, `strangers` the people who are not on the list.

    `columns` are those of any version. `wrong_ids` are sentences about ids that were left out, each with the first place that has it.
    """

    versions: list[Version] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    wrong_ids: dict[str, str] = field(default_factory=dict)


def read_history(
    source: Path, roster: Roster, *, paths: Sequence[str], mapping: Mapping[str, str], day_from: str | None = None
) -> History:
    """Read every version of a list. `paths` are where it lies, and where it lay before; `day_from` is `name`, `commit` or
    a column of the list that holds its day.

    Raises ConfigError when there is nothing to read.
    """
    is_git = (source / ".git").exists() or (source / "HEAD").is_file()
    found = _commits(source, paths, ZoneInfo(roster.time_zone)) if is_git else _files(source, paths)
    history = History()
    figures = _figures_of(roster)
    parsed: dict[bytes, Version] = {}
    for name, day, content in found:
        if content not in parsed:
            try:
                parsed[content] = _version(
                    name,
                    content,
                    figures=figures,
                    mapping=mapping,
                    day=day,
                    day_from=day_from,
                    history=history,
                )
            except (RosterError, yaml.YAMLError, ValueError, csv.Error) as error:
                history.unread.append(f"{name}: {str(error).splitlines()[0]}")
                continue
        version = parsed[content]
        if day_from in {None, "name", "commit"} and day:
            version = replace(version, day=day)
        history.versions.append(replace(version, members=_members_on(version.day, roster)))
    if not history.versions:
        raise ConfigError(f"{source}: no version of {' or '.join(paths)} could be read{_first(history.unread)}.")
    if never := sorted(mapping.keys() - history.columns):
        raise ConfigError(
            f"--map names {', '.join(never)}, which no version has: {', '.join(sorted(history.columns))}."
        )
    # Versions are read in the order of their days. If a day has several, the last commit counts.
    history.versions.sort(key=lambda version: version.day)
    return history


def _members_on(day: date, roster: Roster) -> frozenset[str]:
    """The figures who held a role on that day and kept it, if the list knows everybody of that time."""
    if roster.complete_from is None or day < roster.complete_from:
        return frozenset()
    return frozenset(
        member.figure_id
        for member in roster.members
        if (member.from_day is None or member.from_day <= day) and (member.to_day is None or member.to_day > day)
    )


def _first(unread: Sequence[str]) -> str:
    return f" ({unread[0]})" if unread else ""


def _files(folder: Path, patterns: Sequence[str]) -> Iterator[tuple[str, date | None, bytes]]:
    for file in sorted({file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}):
        yield file.name, _day_in(file.name), file.read_bytes()


def _commits(repository: Path, paths: Sequence[str], zone: ZoneInfo) -> Iterator[tuple[str, date | None, bytes]]:
    # Copies and renames are not followed, because a copy of another list is not a version of this one.
    log = ["log", "--first-parent", "--no-renames", "--reverse", "--format=%H %cI", "--", *paths]
    commits = _git(repository, *log).decode().splitlines()
    with subprocess.Popen(  # noqa: S603 -- git, on a repository that the user names
        ["git", "-C", str(repository), "cat-file", "--batch", "--follow-symlinks"],  # noqa: S607 -- as installed
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        for line in commits:
            commit, _, at = line.partition(" ")
            contents = (_blob(process, f"{commit}:{path}") for path in paths)
            content = next((content for content in contents if content is not None), None)
            if content is not None:
                day = datetime.fromisoformat(at).astimezone(zone).date()
                yield f"{paths[0]} at {commit[:10]}", day, content


def _blob(process: "subprocess.Popen[bytes]", name: str) -> bytes | None:
    if process.stdin is None or process.stdout is None:
        raise AssertionError("git has no pipes")
    process.stdin.write(f"{name}\n".encode())
    process.stdin.flush()
    head = process.stdout.readline().split()
    if head[-1] == b"missing":
        return None
    content = process.stdout.read(int(head[-1]))
    process.stdout.read(1)
    return content if head[1] == b"blob" else None


def _git(repository: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(repository), *words], capture_output=True, check=True)  # noqa: S603, S607 -- as above
    except FileNotFoundError:
        raise ConfigError("git is not installed: install it, or name a folder of dated files.") from None
    except subprocess.CalledProcessError as error:
        raise ConfigError(f"{repository}: git says {error.stderr.decode(errors='replace').strip()}.") from None
    return done.stdout


def _day_in(name: str) -> date | None:
    for found in _DAY_IN_NAME.finditer(name):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
    return None


def _version(
    name: str,
    content: bytes,
    *,
    figures: Mapping[str, str],
    mapping: Mapping[str, str],
    day: date | None,
    day_from: str | None,
    history: History,
) -> Version:
    records = _records(name, content)
    header = tuple(dict.fromkeys(key for record in records for key in record))
    rows = tuple((n, {key: record.get(key, "") for key in header}) for n, record in enumerate(records, start=2))
    table = Table(file=Path(name), header=header, rows=rows)
    columns = (*_PERSON, *known(), *(f"{platform}_native_id" for platform in known()))
    history.columns.update(header)
    # An early version may lack a column that came later.
    renamed = rename(table, columns, {name: target for name, target in mapping.items() if name in header})
    raise_any(renamed.faults)
    if not set(_PERSON) & renamed.headers.keys():
        raise ValueError(f"no column says who somebody is; the columns are {', '.join(header)}: say it with --map")
    if day_from not in {None, "name", "commit"}:
        day = max(filter(None, (_day_in(record.get(day_from or "", "")) for record in records)), default=None)
    if day is None:
        raise ValueError("it has no day: say with --day-from where it stands")
    people: set[str] = set()
    accounts: set[Listed] = set()
    for cells in _without_wrong_ids(renamed, name, history):
        figure_id = _figure_of(cells, renamed.headers, figures, history)
        if figure_id:
            people.add(figure_id)
            accounts.update(_accounts(figure_id, cells))
    return Version(day=day, figures=frozenset(people), accounts=frozenset(accounts))


def _without_wrong_ids(table: Renamed, name: str, history: History) -> Iterator[Mapping[str, str]]:
    wrong: dict[tuple[int, str], str] = {}
    for platform in known().values():
        column = f"{platform.platform}_native_id"
        ids = {row: cells[column] for row, cells in table.rows if cells.get(column)}
        faults = {row: platform.fault_of_id(text) for row, text in ids.items()}
        faults |= {row: f"{column} {fault}" for row, fault in rounded_ids(ids.items()).items()}
        wrong |= {(row, column): fault for row, fault in faults.items() if fault}
    for (row, _), fault in wrong.items():
        history.wrong_ids.setdefault(fault, f"{name}, row {row}")
    for row, cells in table.rows:
        yield {column: "" if (row, column) in wrong else text for column, text in cells.items()}


def _records(name: str, content: bytes) -> list[dict[str, str]]:
    path = name.partition(" at ")[0].lower()
    text = content.decode("utf-8-sig")
    if path.endswith((".yaml", ".yml")):
        found: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    elif path.endswith(".json"):
        found = json.loads(text)
    else:
        delimiter = "\t" if path.endswith((".tsv", ".tab")) else max(",;\t", key=text.partition("\n")[0].count)
        found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [])
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise ValueError("it is no list of records")
    return [dict(_flat(record)) for record in found]


def _flat(record: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{place}{key}.")
        elif isinstance(value, str | int | date):
            yield f"{place}{key}", str(value).strip()


def _figures_of(roster: Roster) -> dict[str, str]:
    """Figure ids by every id and name that the list has for them."""
    found: dict[str, str] = {}
    for member in roster.members:
        for name in (member.name, *member.aliases):
            found.setdefault(_as_words(name), member.figure_id)
    for member in roster.members:
        for each in (member.figure_id, member.wikidata_qid, *member.official_ids):
            if each:
                found[each] = member.figure_id
    return found


def _as_words(name: str) -> str:
    return " ".join(sorted(fold(name).split()))


def _figure_of(
    cells: Mapping[str, str], headers: Mapping[str, str], figures: Mapping[str, str], history: History
) -> str | None:
    official = cells.get("official_ids", "")
    if official and ":" not in official:
        official = f"{headers['official_ids'].rpartition('.')[2].lower()}:{official}"
    words = _as_words(cells.get("name", ""))
    named = [cells.get("figure_id", ""), cells.get("wikidata_qid", "").rpartition("/")[2], official, words]
    for each in filter(None, named):
        if each in figures:
            return figures[each]
    stranger = next(filter(None, named), None)
    if stranger is None:
        return None
    figure_id = slugify(None, stranger)
    history.strangers.add(figure_id)
    return figure_id


def _accounts(figure_id: str, cells: Mapping[str, str]) -> Iterator[Listed]:
    for platform in known():
        found = read(cells.get(platform, ""), platform)
        account = found if isinstance(found, Account) else None
        native_id = cells.get(f"{platform}_native_id", "")
        if account and account.platform != platform:
            yield Listed(
                figure_id=figure_id,
                platform=account.platform,
                handle=account.handle or "",
                native_id=account.native_id or "",
            )
            account = None
        if account or native_id:
            yield Listed(
                figure_id=figure_id,
                platform=platform,
                handle=(account.handle if account else None) or "",
                native_id=native_id or (account.native_id if account else None) or "",
            )
