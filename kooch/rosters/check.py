"""What a roster may hold, readable and yet wrong: malformed and doubly held handles, mirrors, torn identities."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from urllib.parse import urlsplit

from kooch.counts import NotACountError
from kooch.errors import Fault
from kooch.platforms import describe_foreign_host, host_of, is_placeholder, platform_of
from kooch.rosters.consistency import fault_at
from kooch.rosters.models import AccountClaim, Member, Roster, Statement
from kooch.rosters.reported import read_followers


def check(rosters: Sequence[Roster], evidence: Sequence[Statement] = ()) -> list[Fault]:
    """The faults of all rosters, and of statements that belong to none, together, by file and row.

    Reading has already refused what cannot be understood.
    """
    accounts = [claim for roster in rosters for claim in roster.accounts]
    members = [member for roster in rosters for member in roster.members]
    statements = [*(statement for roster in rosters for statement in roster.statements), *evidence]
    faults = [
        *_malformed(accounts, statements),
        *_held_twice(rosters),
        *_torn_figures(members, accounts),
        *_unreadable(statements),
        *_torn_sources(statements),
        *_about_nobody(evidence, {member.figure_id for member in members}),
    ]
    return sorted(set(faults), key=lambda fault: (str(fault.file), fault.row or 0, fault.message))


def _malformed(accounts: Iterable[AccountClaim], statements: Iterable[Statement]) -> Iterator[Fault]:
    values: list[AccountClaim | Statement] = [*accounts, *statements]
    for value in values:
        yield from (fault_at(value, message) for message in faults_of_names(value))


def faults_of_names(value: AccountClaim | Statement) -> list[str]:
    """What is wrong with the handle and the id of one row. Nothing that it finds something wrong with is ever counted."""
    platform, handle, native_id = platform_of(value.platform), value.handle, getattr(value, "native_id", None)
    faults: list[str | None] = []
    if handle and not native_id and is_placeholder(handle):
        faults.append(f"handle '{handle}' stands for nobody: remove the row, or give the account's native_id")
    elif handle:
        faults.append(platform.fault_of_handle(handle))
    if native_id:
        faults.append(platform.fault_of_id(native_id))
    host = host_of(value.platform, handle) if handle and getattr(value, "polarity", "") == "accepts" else None
    if host and (reason := describe_foreign_host(host)):
        faults.append(f"handle '{handle}' is on {reason}: set polarity to denies, or remove the row")
    return [fault for fault in faults if fault]


def _held_twice(rosters: Iterable[Roster]) -> Iterator[Fault]:
    first: dict[tuple[str, str, str], tuple[str, AccountClaim]] = {}
    for slug, claim in ((roster.slug, claim) for roster in rosters for claim in roster.accounts):
        if claim.polarity == "denies":
            continue
        # Handles are compared without case; ids are exact.
        for what, key in (("handle", claim.handle and claim.handle.lower()), ("native_id", claim.native_id)):
            if not key:
                continue
            where, other = first.setdefault((claim.platform, what, key), (slug, claim))
            if other.figure_id != claim.figure_id:
                fault = fault_at(
                    claim,
                    f"{claim.platform} {what} '{key}' is held by '{claim.figure_id}' and by '{other.figure_id}' "
                    f"({other.file}, row {other.row}): deny one of the two claims",
                )
                yield replace(fault, is_between_lists=where != slug)


def _torn_figures(members: Iterable[Member], accounts: Iterable[AccountClaim]) -> Iterator[Fault]:
    names: dict[str, tuple[str, Member | AccountClaim]] = {}
    values: list[Member | AccountClaim] = [*members, *accounts]
    for value in values:
        if value.name:
            name, other = names.setdefault(value.figure_id, (value.name, value))
            if name != value.name:
                yield fault_at(
                    value,
                    f"figure_id '{value.figure_id}' is '{value.name}' here and '{name}' in {other.file}, "
                    f"row {other.row}: use one name (the other can be an alias), or another figure_id",
                )
    yield from _torn_ids(members)


def _torn_ids(members: Iterable[Member]) -> Iterator[Fault]:
    first: dict[tuple[str, str], tuple[str, Member]] = {}
    owners: dict[str, Member] = {}
    for member in members:
        for what, each in _ids_of(member):
            scheme = each.partition(":")[0] if what == "official_ids" else what
            known, other = first.setdefault((member.figure_id, scheme), (each, member))
            # One row may have several ids of a scheme; what another row has must be among them.
            if known != each and (what, each) not in _ids_of(other):
                yield fault_at(
                    member,
                    f"figure_id '{member.figure_id}' has {what} '{each}' here and '{known}' in {other.file}, "
                    f"row {other.row}: two people need two figure_ids",
                )
            owner = owners.setdefault(each, member)
            if owner.figure_id != member.figure_id:
                yield fault_at(
                    member,
                    f"{what} '{each}' is '{member.figure_id}' here and '{owner.figure_id}' in "
                    f"{owner.file}, row {owner.row}: one figure needs one figure_id",
                )


def _ids_of(member: Member) -> list[tuple[str, str]]:
    qid = [("wikidata_qid", member.wikidata_qid)] if member.wikidata_qid else []
    return [*qid, *(("official_ids", each) for each in member.official_ids)]


def _unreadable(statements: Iterable[Statement]) -> Iterator[Fault]:
    for statement in statements:
        for message in (fault_of_address(statement.source_url), fault_of_count(statement.reported)):
            if message:
                yield fault_at(statement, message)


def fault_of_address(source_url: str | None) -> str | None:
    """What is wrong with the address of a report, if something is."""
    try:
        parts = urlsplit(source_url or "https://none.example")
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    return None if is_web else f"source_url '{source_url}' is no web address: write https://…, or leave it empty"


def fault_of_count(reported: str | None) -> str | None:
    """What is wrong with a reported follower count, if something is."""
    try:
        if reported:
            read_followers(reported)
    except NotACountError:
        return (
            f"reported '{reported}' cannot be read as a number: write '<count> followers', such as '4.29 lakh "
            "followers', and the rest under wording"
        )
    return None


def fault_of_figure(figure_id: str, members: Set[str]) -> str | None:
    """What is wrong with the figure of a statement that belongs to no roster, if something is."""
    if figure_id in members:
        return None
    return f"figure_id '{figure_id}' is on no roster, so nothing comes of this row: add the figure to one, or correct the id"


def _about_nobody(evidence: Iterable[Statement], members: Set[str]) -> Iterator[Fault]:
    for statement in evidence:
        message = fault_of_figure(statement.figure_id, members)
        if message:
            yield fault_at(statement, message)


def _torn_sources(statements: Iterable[Statement]) -> Iterator[Fault]:
    """One page has one publisher and one day, else one of the statements that cite it is wrong."""
    first: dict[str, Statement] = {}
    for statement in statements:
        if not statement.source_url:
            continue
        other = first.setdefault(statement.source_url, statement)
        for column in ("publisher", "published_on"):
            here, there = getattr(statement, column), getattr(other, column)
            if here != there:
                yield fault_at(
                    statement,
                    f"source_url '{statement.source_url}' has {column} '{here}' here and '{there}' in {other.file}, "
                    f"row {other.row}: a page has one",
                )
