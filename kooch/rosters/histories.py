"""Reads the versions of a list from a folder of dated files or a git repository. `series` makes runs of them.

Versions differ in few rows. So what a row says is read once for as long as it stands.
"""

import csv
import hashlib
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from kooch.errors import ConfigError, RosterError
from kooch.platforms import Account, known, read
from kooch.rosters.cells import raise_any
from kooch.rosters.columns import rename
from kooch.rosters.models import Roster
from kooch.rosters.names import fold, slugify
from kooch.rosters.records import Record, Records
from kooch.rosters.series import Listed, Version
from kooch.rosters.tables import Table
from kooch.rounded import may_be_rounded, rounded_ids

_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_PERSON = ("name", "figure_id", "wikidata_qid", "official_ids")
_NO_COLUMN = {None, "name", "commit"}
"""What `day_from` says that is no column of the list."""
_FIRST_ROW = 2
"""The number of the row below the header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A version as it lies there. `name` is what the report calls it, `path` ends as its format is called."""

    name: str
    path: str
    day: date | None
    content: bytes


_Cells = tuple[str, ...]
"""The cells of a row in the columns that say something, in the order of `_Reading.headers`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What a row says. `wrong_ids` are faults by column, and `may_be_rounded` the columns whose id the whole column decides."""

    figure_id: str | None
    accounts: tuple[Listed, ...]
    wrong_ids: Mapping[str, str]
    may_be_rounded: frozenset[str]


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
    reading = _Reading(figures=_figures_of(roster), mapping=mapping, day_from=day_from, history=history)
    parsed: dict[bytes, Version] = {}
    same: dict[frozenset[str], frozenset[str]] = {}
    for file in found:
        digest = hashlib.sha256(file.content).digest()
        if digest not in parsed:
            try:
                parsed[digest] = reading.version(file)
            except (RosterError, yaml.YAMLError, ValueError, csv.Error, RecursionError) as error:
                history.unread.append(f"{file.name}: {str(error).splitlines()[0]}")
                continue
        version = parsed[digest]
        day = file.day if file.day and day_from in _NO_COLUMN else version.day
        figures, members = (same.setdefault(each, each) for each in (version.figures, _members_on(day, roster)))
        history.versions.append(replace(version, day=day, figures=figures, members=members))
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


def _files(folder: Path, patterns: Sequence[str]) -> Iterator[_File]:
    for file in sorted({file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}):
        yield _File(name=file.name, path=file.name, day=_day_in(file.name), content=file.read_bytes())


def _commits(repository: Path, paths: Sequence[str], zone: ZoneInfo) -> Iterator[_File]:
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
            contents = ((path, _blob(process, f"{commit}:{path}")) for path in paths)
            path, content = next((each for each in contents if each[1] is not None), ("", None))
            if content is not None:
                day = datetime.fromisoformat(at).astimezone(zone).date()
                yield _File(name=f"{path} at {commit[:10]}", path=path, day=day, content=content)


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


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Reads versions one after the other, and keeps what the rows of the latest one say.

    `mapping` and `day_from` are those of `read_history`, `figures` the ids by every name.
    """

    figures: Mapping[str, str]
    mapping: Mapping[str, str]
    day_from: str | None
    history: History
    records: Records = field(default_factory=Records)
    headers: dict[str, str] = field(default_factory=dict)
    """The columns of the latest version, by what they are."""
    rows: dict[_Cells, _Row] = field(default_factory=dict)
    earlier: dict[_Cells, _Row] = field(default_factory=dict)
    """The rows of the version before, if it had the same columns."""

    def version(self, file: _File) -> Version:
        """One version. Raises what `Records.read` raises, RosterError and ValueError."""
        records = self.records.read(file.path, file.content)
        # Records of one form are many, and forms are few.
        forms = dict.fromkeys(map(tuple, records))
        header = tuple(dict.fromkeys(key for form in forms for key in form))
        self.history.columns.update(header)
        headers = self._columns_of(header, file)
        day = file.day
        if self.day_from not in _NO_COLUMN:
            day = max(filter(None, (_day_in(record.get(self.day_from or "", "")) for record in records)), default=None)
        if day is None:
            raise ValueError("it has no day: say with --day-from where it stands")
        self.earlier = self.rows if headers == self.headers else {}
        self.rows, self.headers = {}, headers
        rows = self._rows_of(records, file)
        return Version(
            day=day,
            figures=frozenset(row.figure_id for row in rows if row.figure_id),
            accounts=frozenset(listed for row in rows for listed in row.accounts),
        )

    def _columns_of(self, header: tuple[str, ...], file: _File) -> dict[str, str]:
        """Which of the file's columns each of ours is. Raises RosterError and, if none says who somebody is, ValueError."""
        ours = (*_PERSON, *known(), *(f"{platform}_native_id" for platform in known()))
        # An early version may lack a column that came later.
        mapping = {name: target for name, target in self.mapping.items() if name in header}
        renamed = rename(Table(file=Path(file.path), header=header, rows=()), ours, mapping)
        raise_any(renamed.faults)
        if not set(_PERSON) & renamed.headers.keys():
            raise ValueError(f"no column says who somebody is; the columns are {', '.join(header)}: say it with --map")
        # In one order, whatever that of the file: rows are compared across versions.
        return dict(sorted(renamed.headers.items()))

    def _rows_of(self, records: Sequence[Record], file: _File) -> list[_Row]:
        columns = tuple(self.headers.values())
        cells_of = [tuple(record.get(column, "") for column in columns) for record in records]
        rows = [self._row(cells) for cells in cells_of]
        faults = {place: dict(row.wrong_ids) for place, row in enumerate(rows) if row.wrong_ids}
        for place, column, fault in self._rounded(rows, cells_of):
            faults.setdefault(place, {})[column] = fault
        for place, of_row in faults.items():
            for fault in of_row.values():
                self.history.wrong_ids.setdefault(fault, f"{file.name}, row {place + _FIRST_ROW}")
            cells = zip(self.headers, cells_of[place], strict=True)
            rows[place] = self._row(tuple("" if column in of_row else cell for column, cell in cells))
        return rows

    def _rounded(self, rows: Sequence[_Row], cells_of: Sequence[_Cells]) -> Iterator[tuple[int, str, str]]:
        """Place, column and fault of ids that were rounded. The others of the column say whether one was."""
        for at, column in enumerate(self.headers):
            if any(column in row.may_be_rounded for row in rows):
                ids = ((place, cells[at]) for place, cells in enumerate(cells_of) if cells[at])
                yield from ((place, column, f"{column} {fault}") for place, fault in rounded_ids(ids).items())

    def _row(self, cells: _Cells) -> _Row:
        """What a row says. One that the version before has too is not read again."""
        row = self.rows.get(cells) or self.earlier.get(cells) or self._read(cells)
        self.rows[cells] = row
        return row

    def _read(self, cells: _Cells) -> _Row:
        named = {column: cell for column, cell in zip(self.headers, cells, strict=True) if cell}
        ids = {platform: named[column] for platform in known() if (column := _id_column(platform)) in named}
        faults = {platform: known()[platform].fault_of_id(text) for platform, text in ids.items()}
        figure_id = _figure_of(named, self.headers, self.figures, self.history)
        return _Row(
            figure_id=figure_id,
            accounts=tuple(_accounts(figure_id, named)) if figure_id else (),
            wrong_ids={_id_column(platform): fault for platform, fault in faults.items() if fault},
            may_be_rounded=frozenset(_id_column(platform) for platform, text in ids.items() if may_be_rounded(text)),
        )


def _id_column(platform: str) -> str:
    return f"{platform}_native_id"


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
        cell, native_id = cells.get(platform, ""), cells.get(_id_column(platform), "")
        found = read(cell, platform) if cell else None
        account = found if isinstance(found, Account) else None
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
