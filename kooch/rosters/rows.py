"""One row of a table → a member, an account claim or a statement."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar, cast, get_args

from kooch.errors import RosterError
from kooch.rosters.tables import one_of, parse_day, parse_zone, refuse_control
from kooch.rosters.values import (
    PLATFORMS,
    AccountClaim,
    EventKind,
    Kind,
    Member,
    PlatformSlug,
    Polarity,
    Roster,
    Statement,
)
from kooch.times import now

Cells = Mapping[str, str]
Value = TypeVar("Value", Member, AccountClaim, Statement)

MEMBER_COLUMNS = (
    "figure_id",
    "name",
    "kind",
    "country",
    "wikidata_qid",
    "aliases",
    "role",
    "party",
    "unit",
    "from_day",
    "to_day",
    "source",
)
ACCOUNT_COLUMNS = (
    "figure_id",
    "platform",
    "handle",
    "native_id",
    "polarity",
    "opened_on",
    "source",
    "note",
    "name",
)
STATEMENT_COLUMNS = (
    "figure_id",
    "platform",
    "handle",
    "event",
    "not_before",
    "not_after",
    "source_url",
    "publisher",
    "published_on",
    "time_zone",
    "derived_from",
    "reported",
    "wording",
)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_QID = re.compile(r"Q[1-9]\d*", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2,3}")


def parse_member(cells: Cells, *, file: Path, row: int) -> Member:
    """One row of members.csv."""
    cells = _plain(cells, file=file, row=row)
    from_day, to_day = _days(cells, "from_day", "to_day", file=file, row=row)
    country, qid = cells.get("country", ""), cells.get("wikidata_qid", "")
    check_country(country, file=file, row=row)
    if qid and not _QID.fullmatch(qid):
        raise RosterError(f"wikidata_qid '{qid}' is no Wikidata id: write e.g. Q42", file=file, row=row)
    return Member(
        figure_id=_figure_id(cells, file=file, row=row),
        name=_required(cells, "name", file=file, row=row),
        kind=cast(Kind, one_of("kind", cells.get("kind", ""), get_args(Kind), file=file, row=row)),
        country=country or None,
        wikidata_qid=qid or None,
        aliases=tuple(alias.strip() for alias in cells.get("aliases", "").split("|") if alias.strip()),
        role=_required(cells, "role", file=file, row=row),
        party=cells.get("party") or None,
        unit=cells.get("unit") or None,
        from_day=from_day,
        to_day=to_day,
        source=_required(cells, "source", file=file, row=row),
        file=file,
        row=row,
    )


def _plain(cells: Cells, *, file: Path, row: int) -> Cells:
    for column, cell in cells.items():
        refuse_control(f"column '{column}'", cell, file=file, row=row)
    return {column: cell.strip() for column, cell in cells.items()}


def _handle(cells: Cells) -> str | None:
    return re.sub(r"^[@\s]+", "", cells.get("handle", "")) or None


def check_country(country: str, *, file: Path, row: int | None) -> None:
    """Raise RosterError unless `country` is empty or looks like a code of ISO 3166."""
    if country and not _COUNTRY.fullmatch(country):
        raise RosterError(f"country '{country}' is no country code: write e.g. IN", file=file, row=row)


def parse_account(cells: Cells, *, file: Path, row: int) -> AccountClaim:
    """One row of accounts.csv."""
    cells = _plain(cells, file=file, row=row)
    handle = _handle(cells)
    if not (handle or cells.get("native_id")):
        raise RosterError("handle and native_id are both empty: give one of them", file=file, row=row)
    return AccountClaim(
        figure_id=_figure_id(cells, file=file, row=row),
        platform=_platform(cells, file=file, row=row),
        handle=handle,
        native_id=cells.get("native_id") or None,
        polarity=cast(Polarity, one_of("polarity", cells.get("polarity", ""), get_args(Polarity), file=file, row=row)),
        opened_on=_optional_day(cells, "opened_on", file=file, row=row),
        source=_required(cells, "source", file=file, row=row),
        note=cells.get("note") or None,
        name=cells.get("name") or None,
        file=file,
        row=row,
    )


def parse_statement(cells: Cells, *, file: Path, row: int) -> Statement:
    """One row of statements.csv."""
    cells = _plain(cells, file=file, row=row)
    not_before, not_after = _days(cells, "not_before", "not_after", file=file, row=row)
    if not (not_before or not_after):
        raise RosterError(
            "not_before and not_after are both empty: write at least the day of publication as not_after",
            file=file,
            row=row,
        )
    published_on = _published_on(cells, file=file, row=row)
    if not_before and not_before > published_on:
        raise RosterError(
            f"not_before {not_before} is after published_on {published_on}: nobody reports what comes later",
            file=file,
            row=row,
        )
    return Statement(
        figure_id=_figure_id(cells, file=file, row=row),
        platform=_platform(cells, file=file, row=row),
        handle=_handle(cells),
        event=cast(EventKind, one_of("event", cells.get("event", ""), get_args(EventKind), file=file, row=row)),
        not_before=not_before,
        not_after=not_after,
        source_url=cells.get("source_url") or None,
        publisher=_required(cells, "publisher", file=file, row=row),
        published_on=published_on,
        time_zone=parse_zone(_required(cells, "time_zone", file=file, row=row), file=file, row=row),
        derived_from=cells.get("derived_from") or None,
        reported=cells.get("reported") or None,
        wording=cells.get("wording") or None,
        file=file,
        row=row,
    )


def faults_of_statement(cells: Cells, *, file: Path, row: int) -> list[RosterError]:
    """Everything that is wrong with one row of statements; `parse_statement` stops at the first."""
    read: list[Callable[..., object]] = [
        partial(_figure_id, cells),
        partial(_platform, cells),
        partial(one_of, "event", cells.get("event", ""), get_args(EventKind)),
        partial(_optional_day, cells, "not_before"),
        partial(_optional_day, cells, "not_after"),
        partial(_required, cells, "publisher"),
        partial(_published_on, cells),
        partial(_required, cells, "time_zone"),
        partial(parse_zone, cells.get("time_zone") or "UTC"),
        partial(parse_statement, cells),
    ]
    faults: dict[str, RosterError] = {}
    for step in read:
        try:
            step(file=file, row=row)
        except RosterError as error:
            faults.setdefault(error.fault, error)
    return list(faults.values())


def says(statement: Statement) -> Hashable:
    """What two statements have in common that say the same."""
    s = statement
    return (
        *(s.figure_id, s.platform, s.handle, s.event, s.not_before, s.not_after),
        *(s.source_url, s.publisher, s.published_on),
    )


def validate(roster: Roster) -> None:
    """Refuse what no single row shows: duplicates, accounts or statements of nobody on the list, a wrong span."""
    _refuse_span(roster)
    _refuse_duplicates(roster.members, lambda m: (m.figure_id, m.role, m.party, m.unit, m.from_day))
    _refuse_duplicates(
        roster.accounts,
        lambda a: (a.figure_id, a.platform, a.handle.lower() if a.handle else a.native_id),
    )
    _refuse_duplicates(roster.statements, says)
    members = set(roster.figure_ids)
    for claim in roster.accounts:
        if claim.figure_id not in members and not (claim.polarity == "denies" and claim.name):
            raise RosterError(
                f"figure_id '{claim.figure_id}' is not in members.csv: add the member; only a claim with polarity "
                "denies and a name may stand without",
                file=claim.file,
                row=claim.row,
            )
    for statement in roster.statements:
        if statement.figure_id not in members:
            raise RosterError(
                f"figure_id '{statement.figure_id}' is not in members.csv: add the member",
                file=statement.file,
                row=statement.row,
            )


def _refuse_span(roster: Roster) -> None:
    since, file = roster.complete_from, roster.folder / "roster.yaml"
    _refuse_future("as_of", roster.as_of, file=file, row=None)
    if since and roster.selection != "census":
        raise RosterError(
            f"complete_from {since} stands on a list of selection '{roster.selection}': only a census is complete; "
            "remove it, or set selection to census",
            file=file,
        )
    if since and since > roster.as_of:
        raise RosterError(f"complete_from {since} is after as_of {roster.as_of}: write an earlier day", file=file)


def _refuse_duplicates(values: Iterable[Value], key: Callable[[Value], Hashable]) -> None:
    seen: dict[object, int] = {}
    for value in values:
        first = seen.setdefault(key(value), value.row)
        if first != value.row:
            raise RosterError(f"says the same as row {first}: remove one of them", file=value.file, row=value.row)


def _required(cells: Cells, column: str, *, file: Path, row: int) -> str:
    value = cells.get(column, "")
    if not value:
        raise RosterError(f"{column} is empty: every row needs one", file=file, row=row)
    return value


def _figure_id(cells: Cells, *, file: Path, row: int) -> str:
    value = _required(cells, "figure_id", file=file, row=row)
    if not SLUG.fullmatch(value):
        raise RosterError(f"figure_id '{value}' is no slug: use lower-case letters, digits and -", file=file, row=row)
    return value


def _platform(cells: Cells, *, file: Path, row: int) -> PlatformSlug:
    return cast(PlatformSlug, one_of("platform", cells.get("platform", ""), PLATFORMS, file=file, row=row))


def _optional_day(cells: Cells, column: str, *, file: Path, row: int) -> date | None:
    value = cells.get(column, "")
    return parse_day(column, value, file=file, row=row) if value else None


def _published_on(cells: Cells, *, file: Path, row: int) -> date:
    day = parse_day("published_on", _required(cells, "published_on", file=file, row=row), file=file, row=row)
    _refuse_future("published_on", day, file=file, row=row)
    return day


def _refuse_future(column: str, day: date, *, file: Path, row: int | None) -> None:
    # East of Greenwich it is tomorrow already.
    if day > now().date() + timedelta(days=1):
        raise RosterError(f"{column} {day} is in the future: write a day that has come", file=file, row=row)


def _days(cells: Cells, first: str, last: str, *, file: Path, row: int) -> tuple[date | None, date | None]:
    start, end = (_optional_day(cells, column, file=file, row=row) for column in (first, last))
    if start and end and end < start:
        raise RosterError(f"{last} {end} is before {first} {start}", file=file, row=row)
    return start, end
