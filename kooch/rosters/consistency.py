"""Finds faults between rows of a roster: repeated rows, and accounts and statements about nobody on the list."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from kooch.errors import Fault
from kooch.rosters.models import AccountClaim, Holder, LastPost, Member, Roster, RowValue, Statement

Value = TypeVar("Value", Member, AccountClaim, Statement, Holder, LastPost)


def inconsistencies(roster: Roster) -> Iterator[Fault]:
    """The faults between the rows of one roster."""
    yield from repetitions(roster)
    yield from strangers(roster)


def repetitions(roster: Roster) -> Iterator[Fault]:
    """Rows that repeat another row."""
    yield from _repeated(roster.members, lambda m: (m.figure_id, m.role, m.party, m.unit, m.from_day))
    yield from _repeated(
        roster.accounts, lambda a: (a.figure_id, a.platform, a.handle.lower() if a.handle else a.native_id)
    )
    yield from _repeated(roster.statements, says)
    yield from _repeated(roster.holders, lambda h: (h.figure_id, h.holder, h.from_day))
    yield from _repeated(roster.last_posts, lambda p: (p.platform, p.handle.lower(), p.checked_at))


def strangers(roster: Roster) -> Iterator[Fault]:
    """Accounts and statements of figures that are not on the list."""
    members = set(roster.figure_ids)
    for claim in roster.accounts:
        if claim.figure_id not in members and not (claim.polarity == "denies" and claim.name):
            yield fault_at(
                claim,
                f"figure_id '{claim.figure_id}' is not in members.csv: add the member; only a claim with polarity "
                "denies and a name may stand without",
                column="figure_id",
            )
    for statement in roster.statements:
        if statement.figure_id not in members:
            yield fault_at(
                statement,
                f"figure_id '{statement.figure_id}' is not in members.csv: add the member",
                column="figure_id",
            )

    offices = {member.figure_id for member in roster.members if member.kind == "office"}
    for holder in roster.holders:
        if holder.figure_id not in offices:
            yield fault_at(
                holder,
                f"figure_id '{holder.figure_id}' is no office of this list: add it to members.csv with kind office",
                column="figure_id",
            )


def says(statement: Statement) -> Hashable:
    """The key by which two statements say the same."""
    s = statement
    return (
        *(s.figure_id, s.platform, s.handle, s.event, s.not_before, s.not_after),
        *(s.source_url, s.publisher, s.published_on),
    )


def fault_at(value: RowValue, message: str, *, column: str | None = None) -> Fault:
    """A fault where `value` was read."""
    if column is None and isinstance(value, AccountClaim):
        column = value.column or None
    return Fault(file=value.file, row=value.row or None, column=column, message=message)


def _repeated(values: Iterable[Value], key: Callable[[Value], Hashable]) -> Iterator[Fault]:
    first: dict[Hashable, Value] = {}
    for value in values:
        other = first.setdefault(key(value), value)
        if other is not value:
            yield fault_at(value, f"says the same as row {other.row}: remove one of them")
