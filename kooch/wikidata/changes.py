"""The differences between two versions of a list: who came and left, new accounts, and accounts that ended."""

from collections.abc import Iterator
from dataclasses import dataclass

from kooch.rosters import AccountClaim, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two versions of a list."""

    what: str
    figure_id: str
    name: str
    account: str = ""


def changes(before: Roster, after: Roster) -> Iterator[Change]:
    """The differences in the order came, left, accounts that are new, ended or gone."""
    names = {member.figure_id: member.name for roster in (before, after) for member in roster.members}
    were, are = _present(before), _present(after)
    for figure_id in sorted(are - were):
        yield Change(what="came", figure_id=figure_id, name=names[figure_id])
    for figure_id in sorted(were - are):
        yield Change(what="left", figure_id=figure_id, name=names[figure_id])
    old, new = _claims(before), _claims(after)
    for key in sorted(new.keys() - old.keys()):
        yield _change("new account", new[key], names)
    for key in sorted(new.keys() & old.keys()):
        if new[key].note and not old[key].note:
            yield _change("handle ended", new[key], names)
    for key in sorted(old.keys() - new.keys()):
        yield _change("account gone", old[key], names)


def _present(roster: Roster) -> set[str]:
    """The figures that a list holds on its own day."""
    return {member.figure_id for member in roster.members if member.to_day is None or member.to_day >= roster.as_of}


def _claims(roster: Roster) -> dict[tuple[str, str, str], AccountClaim]:
    return {
        (claim.figure_id, claim.platform, (claim.handle or claim.native_id or "").lower()): claim
        for claim in roster.accounts
        if claim.polarity == "accepts"
    }


def _change(what: str, claim: AccountClaim, names: dict[str, str]) -> Change:
    return Change(
        what=what,
        figure_id=claim.figure_id,
        name=names.get(claim.figure_id, claim.figure_id),
        account=f"{claim.handle or claim.native_id} on {claim.platform}",
    )
