"""Brings a user's own list in as a roster, and adds single rows to one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

from kooch.errors import ConfigError, RosterError
from kooch.rosters.check import Fault, check
from kooch.rosters.handles import clean_handle
from kooch.rosters.read import check_text, read_roster
from kooch.rosters.rows import (
    ACCOUNT_COLUMNS,
    MEMBER_COLUMNS,
    SLUG,
    STATEMENT_COLUMNS,
    check_country,
    parse_account,
    parse_member,
    parse_statement,
    validate,
)
from kooch.rosters.sheets import read_sheet, refuse_without, rename
from kooch.rosters.tables import check_year, one_of, parse_zone
from kooch.rosters.values import (
    PLATFORMS,
    AccountClaim,
    Kind,
    Member,
    PlatformSlug,
    Roster,
    RowValue,
    Selection,
    Statement,
    slugify,
)
from kooch.rosters.write import cells_of, refuse_existing, rewrite, write_roster

_NATIVE_IDS = {f"{platform}_native_id": platform for platform in PLATFORMS}
_TABLE_COLUMNS = (*MEMBER_COLUMNS, *PLATFORMS, *_NATIVE_IDS, "opened_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import found. `ignored` names the columns left aside as `file: column`; a dry run writes nothing."""

    slug: str
    folder: Path
    rows: int
    figures: int
    accounts: dict[str, int]
    statements: int
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]
    is_written: bool


def import_roster(
    file: Path,
    *,
    into: Path,
    slug: str | None = None,
    title: str | None = None,
    description: str | None = None,
    source: str | None = None,
    source_url: str | None = None,
    publisher: str | None = None,
    licence: str | None = None,
    as_of: date | None = None,
    selection: Selection | None = None,
    time_zone: str | None = None,
    country: str | None = None,
    kind: Kind = "person",
    platform: PlatformSlug | None = None,
    mapping: Mapping[str, str] | None = None,
    statements: Path | None = None,
    accounts: Path | None = None,
    known: Sequence[Roster] = (),
    replace_existing: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import a CSV, a TSV, a spreadsheet (its first sheet) or a folder in Kooch's own format as `into/<slug>/`.

    A table has one row per membership and needs name, role and source (`source` fills empty cells); handles stand in
    columns named after their platform. `country`, `kind` and `platform` (of statements) fill missing columns or empty
    cells. For a table, slug, title, source, licence, as_of, selection and time_zone are needed; for a folder they
    override roster.yaml. Figures with a Wikidata id of a roster in `known` get that roster's figure_id; rows of one
    name and country without a Wikidata id are one figure, unless a figure_id column says otherwise. Without a
    handle column, a statement gets the handle of the figure's only accepted account on its platform.

    Raises ConfigError for a missing setting, RosterError for a fault in a file, StorageError when writing fails.
    """
    settings = {
        "slug": slug,
        "title": title,
        "description": description,
        "source": source,
        "source_url": source_url,
        "publisher": publisher,
        "licence": licence,
        "as_of": as_of,
        "selection": selection,
        "time_zone": time_zone,
    }
    given: dict[str, Any] = {key: value for key, value in settings.items() if value is not None}
    _check_settings(given, file)
    country = (country or "").upper() or None
    check_country(country or "", file=file, row=None)
    if platform:
        one_of("platform", platform, PLATFORMS, file=file, row=None)
    ignored: list[str] = []
    if file.is_dir():
        if statements or accounts or mapping:
            raise ConfigError(f"{file} is a roster's folder: it brings its own columns, accounts and statements")
        roster = replace(read_roster(file), **given)
        validate(roster)
    else:
        for key in ("slug", "title", "source", "licence", "as_of", "selection", "time_zone"):
            if key not in given:
                raise ConfigError(f"{key} is missing: a table does not say it, so the import must")
        roster = Roster(**({"description": title} | given))
        roster = _read_table(
            roster, file, mapping=mapping or {}, country=country, kind=kind, known=known, ignored=ignored
        )
        if accounts:
            roster = replace(roster, accounts=(*roster.accounts, *_read_accounts(roster, accounts, ignored)))
        if statements:
            roster = replace(roster, statements=_read_statements(roster, statements, platform, ignored))
        validate(roster)
    folder = into / roster.slug
    refuse_existing(folder, replace=replace_existing)
    if not replace_existing and any(other.slug == roster.slug for other in known):
        raise RosterError(
            f"roster '{roster.slug}' comes with Kooch: choose another slug, or replace it explicitly", file=file
        )
    others = [other for other in known if other.slug != roster.slug]
    values: list[RowValue] = [*roster.members, *roster.accounts, *roster.statements]
    files = {value.file for value in values}
    faults = tuple(fault for fault in check([*others, roster]) if fault.file in files)
    if not dry_run:
        write_roster(roster, into, replace=replace_existing)
    return ImportReport(
        slug=roster.slug,
        folder=folder,
        rows=len(roster.members),
        figures=len(roster.figure_ids),
        accounts=dict(sorted(Counter(str(claim.platform) for claim in roster.accounts).items())),
        statements=len(roster.statements),
        ignored=tuple(ignored),
        faults=faults,
        is_written=not dry_run,
    )


def add_figure(folder: Path, member: Member) -> None:
    """Add one row to members.csv of the roster in `folder`. Raises RosterError when it is wrong or not new."""
    roster = read_roster(folder)
    file, row = folder / "members.csv", len(roster.members) + 2
    added = replace(roster, members=(*roster.members, parse_member(cells_of(member), file=file, row=row)))
    validate(added)
    rewrite(file, added.members)


def add_account(folder: Path, claim: AccountClaim) -> None:
    """Add one row to accounts.csv of the roster in `folder`. Raises RosterError when it is wrong or not new."""
    roster = read_roster(folder)
    file, row = folder / "accounts.csv", len(roster.accounts) + 2
    added = replace(roster, accounts=(*roster.accounts, parse_account(cells_of(claim), file=file, row=row)))
    validate(added)
    rewrite(file, added.accounts)


def _check_settings(given: Mapping[str, Any], file: Path) -> None:
    if "slug" in given and not SLUG.fullmatch(given["slug"]):
        raise ConfigError(f"slug '{given['slug']}' is no slug: use lower-case letters, digits and -")
    for key in ("title", "description", "source", "source_url", "publisher", "licence"):
        if key in given:
            check_text(key, given[key], file=file)
    if "selection" in given:
        one_of("selection", given["selection"], get_args(Selection), file=file, row=None)
    if "time_zone" in given:
        parse_zone(given["time_zone"], file=file, row=None)
    if "as_of" in given:
        check_year("as_of", given["as_of"], file=file, row=None)


class _Ids:
    """Gives figures their ids: one for a Wikidata id, everywhere; -2, -3 for others of the same name."""

    def __init__(self, known: Iterable[Roster]) -> None:
        self.by_qid: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        for member in (member for roster in known for member in roster.members):
            self.owners.setdefault(member.figure_id, member.wikidata_qid or "")
            if member.wikidata_qid:
                self.by_qid.setdefault(member.wikidata_qid, member.figure_id)

    def find(self, country: str, name: str, qid: str) -> str:
        if qid in self.by_qid:
            return self.by_qid[qid]
        base = figure_id = slugify(country or None, name)
        number = 1
        while self.owners.get(figure_id, qid) != qid:
            number += 1
            figure_id = f"{base}-{number}"
        self.owners[figure_id] = qid
        if qid:
            self.by_qid[qid] = figure_id
        return figure_id


def _read_table(
    roster: Roster,
    file: Path,
    *,
    mapping: Mapping[str, str],
    country: str | None,
    kind: Kind,
    known: Sequence[Roster],
    ignored: list[str],
) -> Roster:
    header, rows = read_sheet(file)
    rows, left = rename(header, rows, _TABLE_COLUMNS, mapping, file)
    refuse_without(("name", "role"), header, rows, file)
    columns = {name for _, cells in rows for name in cells}
    on = [name for name in PLATFORMS if name in columns or f"{name}_native_id" in columns]
    if "opened_on" in columns and len(on) != 1:
        left.append("opened_on (the table names several platforms: give the days in an accounts file)")
    ignored.extend(f"{file.name}: {column}" for column in left)
    ids = _Ids(known)
    members: list[Member] = []
    claims: dict[tuple[str, str, str], AccountClaim] = {}
    for row, cells in rows:
        cells["wikidata_qid"] = cells.get("wikidata_qid", "").rpartition("/")[2]
        cells["country"] = (cells.get("country") or country or "").upper()
        cells["kind"] = cells.get("kind", "").lower() or kind
        cells["source"] = cells.get("source") or roster.source
        if not cells.get("figure_id") and cells.get("name"):
            cells["figure_id"] = ids.find(cells["country"], cells["name"], cells["wikidata_qid"])
        elif not cells.get("name"):
            raise RosterError("name is empty: every row needs one", file=file, row=row)
        member = parse_member(cells, file=file, row=row)
        members.append(member)
        for platform in on:
            claim = _claim_of(member, platform, cells, opened_on=cells.get("opened_on", "") if len(on) == 1 else "")
            if claim:
                # A figure in two roles repeats its accounts; they are claimed once.
                key = (claim.figure_id, platform, (claim.handle or claim.native_id or "").lower())
                claims.setdefault(key, claim)
    return replace(roster, members=tuple(members), accounts=tuple(claims.values()))


def _claim_of(
    member: Member, platform: PlatformSlug, cells: Mapping[str, str], *, opened_on: str
) -> AccountClaim | None:
    handle, native_id = clean_handle(platform, cells.get(platform, ""))
    native_id = cells.get(f"{platform}_native_id") or native_id
    if not (handle or native_id):
        return None
    claim = {
        "figure_id": member.figure_id,
        "platform": platform,
        "handle": handle or "",
        "native_id": native_id or "",
        "polarity": "accepts",
        "opened_on": opened_on,
        "source": member.source,
    }
    return parse_account(claim, file=member.file, row=member.row)


def _read_accounts(roster: Roster, file: Path, ignored: list[str]) -> list[AccountClaim]:
    header, rows = read_sheet(file)
    rows, left = rename(header, rows, ACCOUNT_COLUMNS, {}, file)
    ignored.extend(f"{file.name}: {column}" for column in left)
    figures = _by_name(roster)
    members = set(roster.figure_ids)
    claims = []
    for row, cells in rows:
        name = cells.get("name", "")
        if not cells.get("figure_id"):
            cells["figure_id"] = _find(figures, name, file, row)
        if cells["figure_id"] in members:
            cells["name"] = ""
        platform = one_of("platform", cells.get("platform", "").lower(), PLATFORMS, file=file, row=row)
        handle, native_id = clean_handle(cast(PlatformSlug, platform), cells.get("handle", ""))
        cells |= {"platform": platform, "handle": handle or "", "native_id": cells.get("native_id") or native_id or ""}
        cells |= {"polarity": cells.get("polarity") or "accepts", "source": cells.get("source") or roster.source}
        claims.append(parse_account(cells, file=file, row=row))
    return claims


def _read_statements(
    roster: Roster, file: Path, platform: PlatformSlug | None, ignored: list[str]
) -> tuple[Statement, ...]:
    header, rows = read_sheet(file)
    rows, left = rename(header, rows, (*STATEMENT_COLUMNS, "name"), {}, file)
    ignored.extend(f"{file.name}: {column}" for column in left)
    figures = _by_name(roster)
    handles: dict[tuple[str, str], set[str | None]] = {}
    for claim in roster.accounts:
        if claim.polarity == "accepts":
            handles.setdefault((claim.figure_id, claim.platform), set()).add(claim.handle)
    read = []
    for row, cells in rows:
        if not cells.get("figure_id"):
            cells["figure_id"] = _find(figures, cells.get("name", ""), file, row)
        cells["platform"] = cells.get("platform", "").lower() or platform or ""
        cells["time_zone"] = cells.get("time_zone") or roster.time_zone
        one_of("platform", cells["platform"], PLATFORMS, file=file, row=row)
        slug = cast(PlatformSlug, cells["platform"])
        if "handle" in cells:
            cells["handle"] = clean_handle(slug, cells["handle"])[0] or ""
        elif len(only := handles.get((cells["figure_id"], slug), set())) == 1:
            cells["handle"] = next(iter(only)) or ""
        read.append(parse_statement(cells, file=file, row=row))
    return tuple(read)


def _by_name(roster: Roster) -> dict[str, set[str]]:
    figures: dict[str, set[str]] = {}
    for member in roster.members:
        for name in (member.name, *member.aliases):
            figures.setdefault(name.casefold(), set()).add(member.figure_id)
    return figures


def _find(figures: Mapping[str, set[str]], name: str, file: Path, row: int) -> str:
    found = figures.get(name.casefold(), set())
    if not name:
        raise RosterError("neither figure_id nor name is given: write one", file=file, row=row)
    if not found:
        raise RosterError(
            f"name '{name}' is nobody on the list: add the member, or write the figure_id", file=file, row=row
        )
    if len(found) > 1:
        raise RosterError(
            f"name '{name}' is several figures ({', '.join(sorted(found))}): write the figure_id", file=file, row=row
        )
    return next(iter(found))
