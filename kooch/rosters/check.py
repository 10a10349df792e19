"""Finds faults in readable rosters: malformed handles, handles of two figures, mirrors, and figures with conflicting ids."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from kooch.counts import NotACountError
from kooch.errors import Fault
from kooch.platforms import describe_foreign_host, host_of, is_closed_server, is_placeholder_as_handle, platform_of
from kooch.rosters.consistency import fault_at
from kooch.rosters.models import AccountClaim, Member, Roster, Statement
from kooch.rosters.reported import read_followers
from kooch.rosters.standing import run_stands


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
        *_foretold(statements),
        *_named_on_no_list(rosters, statements),
        *_torn_sources(statements),
        *_about_nobody(evidence, {member.figure_id for member in members}),
        *_held_by_nobody(rosters, {member.figure_id for member in members}),
        *_posted_by_nobody(rosters),
    ]
    return sorted(set(faults), key=lambda fault: (str(fault.file), fault.row or 0, fault.message))


def _malformed(accounts: Iterable[AccountClaim], statements: Iterable[Statement]) -> Iterator[Fault]:
    values: list[AccountClaim | Statement] = [*accounts, *statements]
    for value in values:
        yield from (fault_at(value, message) for message in faults_of_names(value))


def faults_of_names(value: AccountClaim | Statement) -> list[str]:
    """The faults in the handle and the id of one row. An account with a fault is never counted."""
    platform, handle, native_id = platform_of(value.platform), value.handle, getattr(value, "native_id", None)
    faults: list[str | None] = []
    if handle and not native_id and is_placeholder_as_handle(handle):
        faults.append(f"handle '{handle}' names nobody: remove the row, or give the account's native_id")
    elif handle:
        faults.append(platform.fault_of_handle(handle))
    if native_id:
        faults.append(platform.fault_of_id(native_id))
    host = host_of(value.platform, handle) if handle and getattr(value, "polarity", "") == "accepts" else None
    if host and is_closed_server(host):
        if getattr(value, "to_day", None) is None:
            # In a table of people, to_day is the end of a membership.
            how = (
                "put the account into a file of accounts (--accounts) with to_day, the last day on which it was theirs"
                if getattr(value, "column", "")
                else "give to_day, the last day on which it was theirs, or remove the row"
            )
            faults.append(f"handle '{handle}' is on a server that has closed: {how}")
    elif host and (reason := describe_foreign_host(host)):
        faults.append(f"handle '{handle}' is on {reason}: set polarity to denies, or remove the row")
    return [fault for fault in faults if fault]


def _held_twice(rosters: Iterable[Roster]) -> Iterator[Fault]:
    claims: dict[tuple[str, str, str], list[tuple[str, AccountClaim]]] = defaultdict(list)
    for slug, claim in ((roster.slug, claim) for roster in rosters for claim in roster.accounts):
        if claim.polarity == "denies":
            continue
        # Handles are compared without case; ids are exact.
        for what, key in (("handle", claim.handle and claim.handle.lower()), ("native_id", claim.native_id)):
            if not key:
                continue
            earlier = claims[claim.platform, what, key]
            found = next((each for each in earlier if _are_of_one_time(each[1], claim)), None)
            earlier.append((slug, claim))
            if found and found[1].figure_id != claim.figure_id:
                where, other = found
                fault = fault_at(
                    claim,
                    f"{claim.platform} {what} '{key}' is held by '{claim.figure_id}' and by '{other.figure_id}' "
                    f"({other.file}, row {other.row}): deny one of the two claims, or say with from_day and to_day whose it was when",
                )
                yield replace(fault, is_between_lists=where != slug, figures=(other.figure_id, claim.figure_id))


def _are_of_one_time(one: AccountClaim, other: AccountClaim) -> bool:
    """Whether an account may have been both figures' on one day."""
    first, second = sorted((one, other), key=lambda claim: claim.from_day or date.min)
    return first.to_day is None or second.from_day is None or second.from_day <= first.to_day


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
            # One row may have several ids of a scheme. The id in another row must be among them.
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
        for message in (fault_of_address(statement.source_url), fault_of_count(statement.reported, statement.platform)):
            if message:
                yield fault_at(statement, message)


def _foretold(statements: Iterable[Statement]) -> Iterator[Fault]:
    for statement in statements:
        if is_foretold(statement):
            yield fault_at(
                statement,
                f"not_after {statement.not_after} is after published_on {statement.published_on}: no report knows what happens"
                " later; end with the day of the report, or write announced as event if they only said that they leave",
            )


def is_foretold(statement: Statement) -> bool:
    """Whether a report dates a departure after its own day.

    It is never counted: they may only have said that they leave. Other events certainly lie within the given days, up
    to the day of the report.
    """
    published_on, last = statement.published_on, statement.not_after
    return bool(statement.event == "left" and last and published_on and last > published_on)


def _named_on_no_list(rosters: Sequence[Roster], statements: Iterable[Statement]) -> Iterator[Fault]:
    """Faults of statements that name another handle than the listed ones. Such a statement does name an account."""
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    for roster in rosters:
        for figure_id, platform, handle in _listed(roster):
            known[figure_id, platform].add(handle)
    # A list also names the accounts that it denies.
    denied = {
        (claim.figure_id, claim.platform, claim.handle.lower())
        for roster in rosters
        for claim in roster.accounts
        if claim.polarity == "denies" and claim.handle
    }
    for statement in statements:
        figure_id, platform, handle = statement.figure_id, statement.platform, (statement.handle or "").lower()
        names = known.get((figure_id, platform))
        # If an account is listed by its id alone, only crawls learn its handle.
        if handle and names and "" not in names and handle not in names and (figure_id, platform, handle) not in denied:
            yield fault_at(
                statement,
                f"handle '{statement.handle}' is on no list of '{figure_id}', so this row counts only if crawls or a registry"
                " show that a listed account had this handle: add another account of theirs to accounts.csv, or correct the"
                " handle if it is mistyped",
            )


def fault_of_address(source_url: str | None) -> str | None:
    """The fault in the address of a report; None if it has none."""
    try:
        parts = urlsplit(source_url or "https://none.example")
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    return None if is_web else f"source_url '{source_url}' is no web address: write https://…, or leave it empty"


def fault_of_count(reported: str | None, platform: str | None) -> str | None:
    """What is wrong with a reported follower count on a platform; None: nothing."""
    try:
        if reported:
            read_followers(reported, platform)
    except NotACountError as fault:
        if "platform" in fault.fault:
            return f"reported '{reported}' is not of {platform}: {fault.fault}; write it in a row of its own platform"
        return (
            f"reported '{reported}' cannot be read as a number: write '<count> followers', such as '4.29 lakh "
            "followers', and the rest under wording"
        )
    return None


def fault_of_figure(figure_id: str, members: Set[str]) -> str | None:
    """The fault in the figure of a statement that belongs to no roster; None if it has none."""
    if figure_id in members:
        return None
    return f"figure_id '{figure_id}' is on no list, so this row has no effect: add the figure to one, or correct the id"


def _about_nobody(evidence: Iterable[Statement], members: Set[str]) -> Iterator[Fault]:
    for statement in evidence:
        message = fault_of_figure(statement.figure_id, members)
        if message:
            yield fault_at(statement, message)


def _held_by_nobody(rosters: Iterable[Roster], members: Set[str]) -> Iterator[Fault]:
    for holder in (holder for roster in rosters for holder in roster.holders):
        if holder.holder not in members:
            yield fault_at(
                holder,
                f"holder '{holder.holder}' is on no list: add who held the office to a list, or correct the id",
                column="holder",
            )


def _listed(roster: Roster) -> set[tuple[str, str, str]]:
    """The accounts that a list gives to its figures: figure, platform and handle, which is empty where only an id is known."""
    accepted = [claim for claim in roster.accounts if claim.polarity == "accepts"]
    return {(claim.figure_id, claim.platform, (claim.handle or "").lower()) for claim in accepted} | {
        (run.figure_id, run.platform, run.handle.lower()) for run in roster.series if run_stands(run, roster)
    }


def _posted_by_nobody(rosters: Iterable[Roster]) -> Iterator[Fault]:
    for roster in rosters:
        listed = _listed(roster)
        for post in roster.last_posts:
            if (post.figure_id, post.platform, post.handle.lower()) not in listed:
                yield fault_at(
                    post,
                    f"handle '{post.handle}' of '{post.figure_id}' is not an account of {platform_of(post.platform).name} on this"
                    " list, so this row has no effect: add the account, or remove the row",
                    column="handle",
                )


def _torn_sources(statements: Iterable[Statement]) -> Iterator[Fault]:
    """Faults of statements that cite one page with different publishers or days."""
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
