"""Imports a user's own list as a roster, whole or not at all, and names every fault at once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from kooch.errors import ConfigError, Fault, RosterError
from kooch.platforms import Account, is_placeholder, platform_of, read
from kooch.platforms import known as platforms
from kooch.rosters.brought import read_table
from kooch.rosters.cells import OfPlatform, OptionalPastDay, fault_of, fault_of_figure_id, gathering, parse, raise_any
from kooch.rosters.check import check
from kooch.rosters.columns import Renamed, platform_meant, rename
from kooch.rosters.consistency import repetitions, strangers
from kooch.rosters.countries import read_country
from kooch.rosters.handovers import note_of_handovers
from kooch.rosters.models import (
    ACCOUNT_COLUMNS,
    MEMBER_COLUMNS,
    STATEMENT_COLUMNS,
    AccountClaim,
    Member,
    Roster,
    Row,
    RowValue,
    Statement,
    parse_row,
)
from kooch.rosters.names import fold
from kooch.rosters.options import ImportOptions
from kooch.rosters.people import People, Person, question_of
from kooch.rosters.read import read_roster
from kooch.rosters.values import Kind
from kooch.rosters.write import refuse_existing, write_roster
from kooch.rounded import rounded_ids

# Names of a row of totals, without accents, and words that may stand beside them.
_TOTALS = frozenset(
    (
        *("total", "totals", "subtotal", "sum", "count", "average", "overall"),
        *("summe", "gesamt", "insgesamt", "gesamtsumme", "zwischensumme", "anzahl", "durchschnitt"),
        *(
            "somme",
            "nombre",
            "totaux",
            "suma",
            "totale",
            "somma",
            "soma",
            "totaal",
            "totalt",
            "antal",
            "razem",
            "celkem",
        ),
        *("कुल", "योग", "মোট", "всього", "итого"),
    )
)
_BESIDE_TOTALS = frozenset(("grand", "of", "number", "general", "members", "rows", "people", "persons", "mitglieder"))
_COUNTED = frozenset(
    (
        *("account", "accounts", "profiles", "handles", "followers", "seats", "mps", "meps", "deputies", "senators"),
        *("representatives", "ministers", "women", "men", "on", "in", "with", "the", "all"),
        *("konten", "abgeordnete", "abgeordneten", "sitze", "frauen", "manner", "auf", "mit", "der"),
        *(
            "comptes",
            "deputes",
            "sieges",
            "des",
            "de",
            "sur",
            "cuentas",
            "diputados",
            "escanos",
            "en",
            "seggi",
            "deputati",
        ),
    )
)
"""What a total may count. Without a word for a total, these are parts of names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to the user: whether two figures are one or, without figures, whether a row is a total.

    `fault` says it in a sentence with the options that answer it.
    """

    fault: Fault
    figures: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import found. `ignored` names the columns that were left out, as `file: column`.

    `notes` are sentences about how the files were read. With faults the roster lacks the rows that could not be read;
    with questions it is not yet clear who is on it.
    """

    roster: Roster
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    faults: tuple[Fault, ...]
    questions: tuple[Question, ...]

    @property
    def open_points(self) -> list[Fault]:
        """Faults and questions by file and row. With any of them, nothing is written."""
        found = [*self.faults, *(question.fault for question in self.questions)]
        return sorted(found, key=lambda f: (str(f.file), f.row or 0, f.column or ""))

    @property
    def accounts(self) -> dict[str, int]:
        """How many accounts were claimed, by platform."""
        return dict(sorted(Counter(str(claim.platform) for claim in self.roster.accounts).items()))


def import_roster(
    file: Path, *, into: Path, options: ImportOptions, known: Sequence[Roster] = (), dry_run: bool = False
) -> ImportReport:
    """Import a CSV, a TSV, a spreadsheet (its first sheet) or a folder in Kooch's own format as `into/<slug>/`.

    A table has one row per membership and needs name and role; handles stand in columns named after their platform.
    `known` are the rosters that are there already. Figures with a Wikidata id of one of them get its figure_id; rows
    of one name and country without a Wikidata id are one figure, unless a figure_id column says otherwise. Without a
    handle column, a statement gets the handle of the figure's only accepted account on its platform.

    Raises ConfigError for a missing setting, RosterError when a file cannot be read or, unless it is a dry run, has
    faults, StorageError when writing fails.
    """
    reading = _Reading(options=options)
    roster = reading.folder(file) if file.is_dir() else reading.table(file, known, into)
    taken: list[Fault] = []
    if not options.replace_existing:
        with gathering(taken):
            _refuse_taken(roster.slug, into, known, file)
    reading.check(roster, [other for other in known if other.slug != roster.slug])
    faults = (*taken, *reading.all_faults())
    if len(faults) == len(taken) and not reading.questions:
        raise_any(taken)
    if not dry_run:
        raise_any([*faults, *(question.fault for question in reading.questions)])
        write_roster(roster, into, replace=options.replace_existing)
    return ImportReport(
        roster=roster,
        ignored=tuple(reading.ignored),
        notes=tuple(reading.notes),
        faults=faults,
        questions=tuple(sorted(reading.questions, key=lambda question: question.fault.row or 0)),
    )


def _refuse_taken(slug: str, into: Path, known: Sequence[Roster], file: Path) -> None:
    refuse_existing(into / slug, replace=False)
    if any(other.slug == slug for other in known):
        raise RosterError(
            f"roster '{slug}' comes with Kooch: choose another --slug, or put yours in its place with --replace",
            file=file,
        )


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Reads the files of one import one after the other, and collects faults and notes."""

    options: ImportOptions
    faults: list[Fault] = field(default_factory=list)
    lost: list[Fault] = field(default_factory=list)
    """Faults of cells whose value is lost. These cells get no other fault."""
    notes: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    tables: dict[Path, Renamed] = field(default_factory=dict)
    figures: dict[str, set[str]] = field(default_factory=dict)
    """Figure ids by folded name."""
    people: People = field(default_factory=lambda: People([]))
    absent: set[str] = field(default_factory=set)
    """Columns that every row of the list needs and the table does not have. They are one fault, and not one in every row."""
    has_unnamed: bool = False
    """Whether a row of the list has no name and no figure_id."""
    asked: set[frozenset[str]] = field(default_factory=set)
    """Pairs of figures of which the user is asked whether they are one."""

    def folder(self, file: Path) -> Roster:
        if self.options.statements or self.options.accounts or self.options.mapping:
            raise ConfigError(f"{file} is a roster's folder: it brings its own columns, accounts and statements")
        brought = read_roster(file)
        top = {key: getattr(brought, key) for key in Roster.__slots__} | self.options.given
        return parse(Roster, top, file=file / "roster.yaml")

    def table(self, file: Path, known: Sequence[Roster], into: Path) -> Roster:
        settings = self.options.of_a_table(file)
        self._check_options(file)
        roster = None
        with gathering(self.faults):
            roster = parse(Roster, settings, file=file)
        # Faulty settings do not hide the faults of the table.
        source, time_zone = settings["source"], settings["time_zone"]
        slug = settings["slug"]
        previous = read_roster(into / slug) if (into / slug / "roster.yaml").is_file() else None
        self.people = people = People(
            [other for other in known if other.slug != slug],
            previous,
            same=self.options.same,
            different=self.options.different,
        )
        members, claims = self._members(file, source, people)
        self.faults += [Fault(file=file, message=message) for message in people.unheeded()]
        statements: list[Statement] = []
        # A file that cannot be read does not hide the faults of the others.
        with gathering(self.faults):
            claims += self._accounts(self.options.accounts, source) if self.options.accounts else []
        with gathering(self.faults):
            statements = self._statements(self.options.statements, claims, time_zone) if self.options.statements else []
        roster = roster or Roster(**settings)
        roster = replace(
            roster,
            members=tuple(members),
            accounts=tuple(claims),
            statements=tuple(statements),
            asked=tuple(people.asked.values()),
        )
        return self._with_what_stood(roster, previous) if previous else roster

    def _with_what_stood(self, roster: Roster, previous: Roster) -> Roster:
        """Add the versions of the list that this one replaces, and its statements if none are given.

        Rows about somebody who is not in the table are left out, and a note says so.
        """
        stays = set(roster.figure_ids)
        series = roster.with_versions_of(previous).series
        statements = roster.statements or tuple(each for each in previous.statements if each.figure_id in stays)
        gone = len(previous.series) - len(series)
        if not roster.statements:
            gone += len(previous.statements) - len(statements)
        kept = len(series) + (0 if roster.statements else len(statements))
        if kept or gone:
            self.notes.append(
                f"Of the earlier '{previous.slug}', {kept:,} rows of statements.csv and series.csv stay; {gone:,} are about"
                " people who are not in the table, and are left out."
            )
        return replace(roster.with_versions_of(previous), statements=statements)

    def _check_options(self, file: Path) -> None:
        if self.options.country:
            try:
                read_country(self.options.country)
            except ValueError as error:
                self.faults.append(Fault(file=file, message=f"country {error}"))
        if self.options.platform and (message := fault_of(OfPlatform, self.options.platform)):
            self.faults.append(Fault(file=file, message=f"platform {message}"))

    def check(self, roster: Roster, others: Sequence[Roster]) -> None:
        """Collect faults of the whole list, beyond single rows."""
        found = [*repetitions(roster)]
        # If a row could not be read, its figure looks like a stranger.
        found += [] if self.faults or self.lost else strangers(roster)
        values: list[RowValue] = [*roster.members, *roster.accounts, *roster.statements]
        files = {value.file for value in values}
        found += [fault for fault in check([*others, roster]) if fault.file in files]
        placed = [self.tables[fault.file].placed(fault) if fault.file in self.tables else fault for fault in found]
        # In a table without names nobody knows who holds an account twice.
        placed = [fault for fault in placed if not (fault.figures and "name" in self.absent)]
        # Nor does anybody for a row without a name, which has that fault.
        placed = [fault for fault in placed if not (self.has_unnamed and _UNNAMED in (fault.figures or ()))]
        placed = [fault for fault in placed if not self._is_asked(fault, [*others, roster])]
        self.faults += [fault for fault in placed if not fault.is_between_lists]
        self.notes += [str(fault) for fault in placed if fault.is_between_lists]
        handovers = note_of_handovers(roster)
        self.notes += [str(handovers)] if handovers else []

    def _is_asked(self, fault: Fault, rosters: Sequence[Roster]) -> bool:
        """Whether a question says what the fault says: two figures that hold one account may be one person."""
        if fault.figures is None:
            return False
        if frozenset(fault.figures) in self.asked:
            return True
        one, other = fault.figures
        kinds = {member.kind for each in rosters for member in each.members if member.figure_id in fault.figures}
        if len(kinds) > 1 or not self.people.may_be_one(one, other):
            return False
        self.asked.add(frozenset(fault.figures))
        message = (
            f"{fault.message}. If they are one figure, write --same {one}={other}. If they are two and each claim is right, "
            f"write --different {one},{other}"
        )
        self.questions.append(Question(fault=replace(fault, message=message), figures=fault.figures))
        return True

    def all_faults(self) -> tuple[Fault, ...]:
        """All faults by place. A cell whose value is lost has no other fault."""
        lost = {(fault.file, fault.row, fault.column) for fault in self.lost if fault.column}
        faults = {*self.lost, *(fault for fault in self.faults if (fault.file, fault.row, fault.column) not in lost)}
        return tuple(sorted(faults, key=lambda f: (str(f.file), f.row or 0, f.column or "", f.message)))

    def _open(self, file: Path, known: Sequence[str], mapping: Mapping[str, str] | None = None) -> Renamed:
        renamed = rename(read_table(file, encoding=self.options.encoding), known, mapping)
        self.tables[file] = renamed
        # Faults in columns that are left out do not matter.
        self.lost += [fault for fault in renamed.table.lost if fault.column not in renamed.left]
        self.faults += [fault for fault in renamed.table.faults if fault.column not in renamed.left]
        self.faults += renamed.faults
        for column in set(renamed.headers) & {*_id_columns(), "native_id"}:
            rounded = rounded_ids((row, cells[column]) for row, cells in renamed.rows)
            self.lost += [renamed.fault(row, f"{column} {message}", column) for row, message in rounded.items()]
        self.faults += [
            renamed.fault(
                row, f"{column} holds a line break: write it in one line, or remove a stray quotation mark", column
            )
            for row, cells in renamed.rows
            for column, cell in cells.items()
            if column not in _OF_SEVERAL_LINES and "\n" in cell.replace("\r", "\n")
        ]
        self.notes += [f"{file.name}: {note}" for note in renamed.table.notes]
        self.ignored += [f"{file.name}: {column}" for column in renamed.left]
        return renamed

    def _absent(self, table: Renamed, needed: Sequence[str], *, instead: Mapping[str, str], row_of: str) -> set[str]:
        """Columns that every row of a file of accounts or statements needs and the file lacks: a fault of the file, and of no row.

        `instead` has columns that may stand in place of another one; figure_id and name may stand for each other.
        """
        either = {"figure_id": "name"} | dict(instead)
        absent = {each for each in (*needed, "figure_id") if {each, either.get(each, each)}.isdisjoint(table.headers)}
        self.faults += table.missing(
            [each for each in ("figure_id", *needed) if each in absent], remedy="add a column {}", row_of=row_of
        )
        return absent | {either[each] for each in absent & either.keys()}

    def _parse(
        self, model: type[Row], cells: Mapping[str, str], table: Renamed, row: int, absent: Set[str] = frozenset()
    ) -> Row | None:
        faults: list[Fault] = []
        value = None
        with gathering(faults):
            value = parse_row(model, cells, file=table.table.file, row=row)
        self.faults += [table.placed(fault) for fault in faults if fault.column not in absent]
        return value

    def _members(self, file: Path, source: str, people: People) -> tuple[list[Member], list[AccountClaim]]:
        table = self._open(file, (*MEMBER_COLUMNS, *platforms(), *_id_columns(), "opened_on"), self.options.mapping)
        self.faults += table.missing(("name", "role"))
        self.absent = {"name", "role"} - table.headers.keys()
        on = list(dict.fromkeys(name for h in table.headers if (name := h.removesuffix("_native_id")) in platforms()))
        self._tell_rows_without_effect(table)
        taken = [row for row, _ in table.rows if row not in self.options.left_out]
        if "kind" not in table.headers and taken:
            self.notes.append(_note_on_kinds(len(taken), self.options.kind))
        if "opened_on" in table.headers and len(on) != 1:
            self.ignored.append(
                f"{file.name}: opened_on (the table names several platforms: give the days in an accounts file)"
            )
        members: list[Member] = []
        claims: dict[tuple[str, str, str], AccountClaim] = {}
        people_of = [(row, cells) for row, cells in table.rows if self._is_somebody(cells, table, row)]
        for row, cells in people_of:
            self._complete(cells, table, row, source)
        people.recognise((cells["figure_id"], _person_of(cells)) for _, cells in people_of if cells["name"])
        for row, cells in people_of:
            self._fill(cells, table, row, people)
            if member := self._parse(Member, cells, table, row):
                members.append(member)
            found = [c for platform in on for c in self._claims(platform, cells, table, row, is_only=len(on) == 1)]
            if len(on) == 1 and not found and (message := fault_of(OptionalPastDay, cells.get("opened_on"))):
                self.faults.append(table.fault(row, f"opened_on {message}", "opened_on"))
            for claim in found:
                # A figure in two roles repeats its accounts; they are claimed once.
                key = (claim.figure_id, claim.platform, (claim.handle or claim.native_id or "").lower())
                claims[key] = self._as_one(claims.get(key, claim), claim, table)
        return members, list(claims.values())

    def _as_one(self, first: AccountClaim, claim: AccountClaim, table: Renamed) -> AccountClaim:
        """One claim of two rows that name one account of a figure. Two ids, or two days of opening, are a fault."""
        for column in ("native_id", "opened_on"):
            one, other = getattr(first, column), getattr(claim, column)
            if one and other and one != other:
                ours = column if column in table.headers else f"{claim.platform}_{column}"
                message = f"{column} of '{claim.handle}' is '{other}' here and '{one}' in row {first.row}: keep one"
                self.faults.append(table.fault(claim.row, message, ours))
        return replace(
            first, native_id=first.native_id or claim.native_id, opened_on=first.opened_on or claim.opened_on
        )

    def _is_somebody(self, cells: Mapping[str, str], table: Renamed, row: int) -> bool:
        """Whether a row is read. A row that looks like nobody is not until the user keeps it."""
        if row in self.options.left_out:
            return False
        if row in self.options.kept or not (reason := _why_nobody(cells, table)):
            return True
        message = (
            f"'{cells.get('name') or cells.get('role')}' {reason}: leave it out with --leave-out {row}, or keep it with "
            f"--keep {row}"
        )
        self.questions.append(Question(fault=table.fault(row, message, "name")))
        return False

    def _tell_rows_without_effect(self, table: Renamed) -> None:
        """Say which rows that the user named are not there, or are no totals."""
        rows = dict(table.rows)
        unread = {fault.row for fault in table.table.faults}
        for option, named in (("--leave-out", self.options.left_out), ("--keep", self.options.kept)):
            for row in sorted(named - rows.keys() - unread):
                first = table.table.first_row
                why = (
                    f"the table has no row {row} with cells"
                    if row > first or row < 1
                    else f"row {row} {'holds' if row == first else 'stands above'} the column names"
                )
                self.faults.append(table.fault(None, f"{option} {row} has no effect: {why}"))
        for row in sorted(self.options.left_out & self.options.kept):
            self.faults.append(table.fault(row, f"--leave-out {row} and --keep {row} contradict each other: write one"))
        for row in sorted(self.options.kept & rows.keys()):
            if not _why_nobody(rows[row], table):
                self.notes.append(
                    f"--keep {row} has no effect: row {row} does not look like a total, and is kept anyway"
                )

    def _complete(self, cells: dict[str, str], table: Renamed, row: int, source: str) -> None:
        """Fill what one row of a table leaves open, in place."""
        for column in self.absent:
            cells[column] = f"the {column} of row {row}"
        cells["name"], cells["figure_id"] = cells.get("name", ""), cells.get("figure_id", "")
        for column in ("role", "party", "unit"):
            text = cells.get(column, "")
            if text and (text.lower() in _NOT_SAID or not any(map(str.isalnum, text))):
                cells[column] = ""
                self.notes.append(
                    f"{table.table.file.name}, row {row}: {table.headers[column]} '{text}' says nothing: it was read as empty"
                )
        cells["wikidata_qid"] = cells.get("wikidata_qid", "").rpartition("/")[2]
        cells["kind"] = cells.get("kind", "").lower() or self.options.kind
        cells["source"] = cells.get("source") or source
        cells["country"] = self._country(cells.get("country") or self.options.country or "", table, row)

    def _fill(self, cells: dict[str, str], table: Renamed, row: int, people: People) -> None:
        """Give one row of a table its figure, in place."""
        name, typed = cells["name"], cells["figure_id"]
        if typed and (message := fault_of_figure_id(typed, people.named(typed) or people.named(name))):
            self.faults.append(table.fault(row, message, "figure_id"))
            cells["figure_id"] = ""
        if name:
            self._identify(cells, table, row, people)
        # A row without a name gets that fault, and no fault about an id that nobody typed.
        self.has_unnamed |= not cells["figure_id"]
        cells["figure_id"] = cells["figure_id"] or _UNNAMED
        for each in (name, *cells.get("aliases", "").split("|")):
            self.figures.setdefault(each.strip().casefold(), set()).add(cells["figure_id"])

    def _country(self, text: str, table: Renamed, row: int) -> str:
        try:
            return read_country(text) if text else ""
        except ValueError as error:
            self.faults.append(table.fault(row, f"country {error}", "country"))
            return ""

    def _identify(self, cells: dict[str, str], table: Renamed, row: int, people: People) -> None:
        """Give a row its figure, or ask. A figure keeps its name, and the name on this list becomes an alias."""
        person = _person_of(cells)
        match = people.take(cells["figure_id"], person) if cells["figure_id"] else people.find(person)
        if match.question:
            sentence, first, own = question_of(match, person)
            self.questions.append(Question(fault=table.fault(row, sentence, "name"), figures=(first, own)))
            self.asked |= {frozenset((match.figure_id, figure.figure_id)) for figure in match.question}
        if match.fault:
            self.faults.append(table.fault(row, f"'{person.name}' {match.fault}", "name"))
        self.notes += [f"{table.table.file.name}, row {row}: {match.note}"] if match.note else []
        cells["figure_id"] = match.figure_id
        known = people.name_of(match.figure_id, person.name)
        if known != person.name and not match.question:
            cells |= {"name": known, "aliases": "|".join((*person.aliases, person.name))}

    def _named(self, platform: str, text: str, table: Renamed, row: int, column: str) -> Account | None:
        """The account that a cell names. A cell that names none is a fault, or a note that nobody was looked for there."""
        found = read(text, platform)
        header = table.headers.get(column, column)
        where = f"{table.table.file.name}, row {row}"
        if isinstance(found, Account):
            if found.platform != platform:
                name, what = platform_of(found.platform).name, found.handle or found.native_id
                self.notes.append(f"{where}: {header} holds an account of {name}, and is read as that: {what}")
            return found
        if found.kind == "placeholder":
            self.notes.append(f"{where}: {header} '{text}' names nobody: it was read as empty")
        elif found.kind != "empty":
            message = found.why if found.why.startswith("handle") else f"{header} {found.why}"
            self.faults.append(table.fault(row, message, column))
        return None

    def _claims(
        self, platform: str, cells: Mapping[str, str], table: Renamed, row: int, *, is_only: bool
    ) -> Iterator[AccountClaim]:
        """The accounts that the columns of one platform name: one, or two if the handle is of another platform."""
        found = self._named(platform, cells.get(platform, ""), table, row, platform)
        typed_id = cells.get(f"{platform}_native_id") or None
        opened_on = cells.get("opened_on", "") if is_only else ""
        if found and (found.platform != platform or not typed_id):
            yield from self._claim(found, cells, table, row, column=platform, opened_on=opened_on)
            found = None
        if typed_id:
            handle, column = found.handle if found else None, platform if found else f"{platform}_native_id"
            account = Account(platform=platform, handle=handle, native_id=typed_id)
            yield from self._claim(account, cells, table, row, column=column, opened_on=opened_on)

    def _claim(
        self, account: Account, cells: Mapping[str, str], table: Renamed, row: int, *, column: str, opened_on: str
    ) -> list[AccountClaim]:
        claim = {
            "figure_id": cells["figure_id"],
            "platform": account.platform,
            "handle": account.handle or "",
            "native_id": account.native_id or "",
            "polarity": "accepts",
            "opened_on": opened_on,
            "source": cells["source"],
        }
        faults: list[Fault] = []
        parsed = []
        with gathering(faults):
            parsed.append(replace(parse_row(AccountClaim, claim, file=table.table.file, row=row), column=column))
        # Faults of the figure are reported for the member.
        self.faults += [table.placed(fault) for fault in faults if fault.column not in {"figure_id", "source"}]
        return parsed

    def _accounts(self, file: Path, source: str) -> list[AccountClaim]:
        table = self._open(file, ACCOUNT_COLUMNS)
        absent = self._absent(table, ("platform", "handle"), instead={"handle": "native_id"}, row_of="claim")
        members = set().union(*self.figures.values())
        claims = []
        for row, cells in table.rows:
            figure_id = cells.get("figure_id") or self._find(cells, table, row)
            cells["figure_id"] = figure_id or _UNNAMED
            if figure_id in members:
                cells["name"] = ""
            cells["platform"] = platform_meant(cells.get("platform", ""))
            cells["polarity"] = cells.get("polarity") or "accepts"
            cells["source"] = cells.get("source") or source
            is_account = self._read_handle(cells, table, row)
            claim = self._parse(AccountClaim, cells, table, row, absent)
            if figure_id and is_account and claim:
                claims.append(claim)
        return claims

    def _read_handle(self, cells: dict[str, str], table: Renamed, row: int) -> bool:
        """Read the handle of one row in place. False if what stands there is no account, which is told."""
        text = cells.get("handle", "")
        if cells["platform"] not in platforms():
            return True
        found = self._named(cells["platform"], text, table, row, "handle")
        if text and not found and not cells.get("native_id"):
            # The handle has its fault or note, and its row may have others.
            cells |= {"handle": "unreadable"}
            return False
        cells["native_id"] = cells.get("native_id") or (found and found.native_id) or ""
        cells |= {"handle": (found and found.handle) or "", "platform": found.platform if found else cells["platform"]}
        return True

    def _statements(self, file: Path, claims: Sequence[AccountClaim], time_zone: str) -> list[Statement]:
        table = self._open(file, (*STATEMENT_COLUMNS, "name"))
        needed = ("event", "not_after", "publisher", *([] if self.options.platform else ["platform"]))
        absent = self._absent(table, needed, instead={"not_after": "not_before"}, row_of="statement")
        handles: dict[tuple[str, str], set[str | None]] = {}
        for claim in claims:
            if claim.polarity == "accepts":
                handles.setdefault((claim.figure_id, claim.platform), set()).add(claim.handle)
        statements = []
        for row, cells in table.rows:
            figure_id = cells.get("figure_id") or self._find(cells, table, row)
            cells["figure_id"] = figure_id or _UNNAMED
            cells["event"] = _EVENTS.get(cells.get("event", "").lower(), cells.get("event", ""))
            cells["platform"] = platform_meant(cells.get("platform", "")) or self.options.platform or ""
            cells["time_zone"] = cells.get("time_zone") or time_zone
            if "handle" in cells:
                if cells["platform"] in platforms():
                    found = self._named(cells["platform"], cells["handle"], table, row, "handle")
                    cells.update(
                        handle=(found and found.handle) or "", platform=found.platform if found else cells["platform"]
                    )
            elif len(only := handles.get((cells["figure_id"], cells["platform"]), set())) == 1:
                cells["handle"] = next(iter(only)) or ""
            statement = self._parse(Statement, cells, table, row, absent)
            if figure_id and statement:
                statements.append(statement)
        return statements

    def _find(self, cells: Mapping[str, str], table: Renamed, row: int) -> str | None:
        name = cells.get("name", "")
        found = sorted(self.figures.get(name.casefold(), set()))
        if len(found) == 1 and name:
            return found[0]
        if not name and {"figure_id", "name"}.isdisjoint(table.headers):
            return None
        if not name:
            message = "neither figure_id nor name is given: write one"
        elif "name" in self.absent:
            return None
        elif not found:
            message = f"name '{name}' is nobody on the list: add the member, or write the figure_id"
        else:
            message = f"name '{name}' is several figures ({', '.join(found)}): write the figure_id"
        self.faults.append(table.fault(row, message, "name"))
        return None


_UNNAMED = "unnamed"
"""The figure of a row that names none."""
_OF_SEVERAL_LINES = frozenset(("source", "wording"))
"""Columns of whole sentences. A line break in another cell may come from a stray quotation mark, which took in the next row."""
_EVENTS = {"listed": "there", "is there": "there", "is_there": "there"}
"""Our events by the words that others use for them."""


def _note_on_kinds(rows: int, kind: Kind) -> str:
    """The note on a table without a column of kinds."""
    *others, last = (each for each in get_args(Kind) if each != kind)
    article = "an" if kind[0] in "aeiou" else "a"
    have, each = ("1 row has", "it") if rows == 1 else (f"{rows:,} rows have", "each")
    return (
        f"{have} no kind. Kooch takes {each} as {article} {kind}: write {', '.join(others)} or {last} in a column kind"
    )


_NOT_SAID = frozenset(("n/a", "n.a.", "k.a.", "none", "null", "nil", "unknown", "tbd", "tba"))
"""What people write for a role, a party or a unit that they do not know."""


def _id_columns() -> list[str]:
    return [f"{platform}_native_id" for platform in platforms()]


def looks_like_a_total(cells: Mapping[str, str]) -> bool:
    """Whether a row of a table counts or sums up others, by its name or, without one, its role."""
    words = fold(cells.get("name") or cells.get("role", "")).split()
    rest = {word for word in words if not word.isdecimal() and word not in _BESIDE_TOTALS}
    if rest & _TOTALS:
        rest -= _COUNTED | {word for row in platforms().values() for word in (row.platform, *fold(row.name).split())}
    return bool(words) and rest <= _TOTALS


def _why_nobody(cells: Mapping[str, str], table: Renamed) -> str | None:
    """Why a row looks like nobody: a total, a word for nobody, or the column names once more; None if it does not."""
    if looks_like_a_total(cells):
        return "looks like a total and not like somebody"
    if _names_nobody(cells):
        return "names nobody"
    filled = {column: cell for column, cell in cells.items() if cell}
    if filled and all(cell.casefold() == table.headers[column].casefold() for column, cell in filled.items()):
        return "stands in a row that repeats the column names"
    return None


def _names_nobody(cells: Mapping[str, str]) -> bool:
    """Whether a row's name is what people write for nobody: Vacant, n/a, -."""
    return bool(cells.get("name")) and is_placeholder(cells["name"])


def _person_of(cells: Mapping[str, str]) -> Person:
    """What a completed row of a table says about its figure."""
    return Person(
        name=cells["name"],
        country=cells["country"],
        aliases=_words(cells.get("aliases", "")),
        ids=frozenset((*_words(cells.get("official_ids", "")), *_words(cells["wikidata_qid"]))),
        born=cells.get("born", ""),
        post=tuple(cells.get(column, "") for column in ("role", "unit", "party")),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|") if word.strip())
