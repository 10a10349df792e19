"""Adds single rows to a roster, and removes rosters."""

from dataclasses import replace
from pathlib import Path

from kooch.errors import StorageError
from kooch.files import remove_folder
from kooch.rosters.cells import raise_any
from kooch.rosters.check import check
from kooch.rosters.consistency import inconsistencies
from kooch.rosters.models import AccountClaim, Asked, Member, parse_row
from kooch.rosters.read import read_roster
from kooch.rosters.write import cells_of, rewrite


def add_figure(folder: Path, member: Member, *, asked: Asked | None = None) -> None:
    """Add one row to members.csv of the roster in `folder`, and the answer that says who it is.

    Raises RosterError if the row is wrong or exists already.
    """
    roster = read_roster(folder)
    file, row = folder / "members.csv", len(roster.members) + 2
    added = replace(roster, members=(*roster.members, parse_row(Member, cells_of(member), file=file, row=row)))
    raise_any(list(inconsistencies(added)))
    rewrite(file, added.members)
    if asked and asked not in roster.asked:
        rewrite(folder / "asked.csv", (*roster.asked, asked))


def add_account(folder: Path, claim: AccountClaim) -> None:
    """Add one row to accounts.csv of the roster in `folder`. Raises RosterError if `check` finds a fault or the row exists already."""
    roster = read_roster(folder)
    file, row = folder / "accounts.csv", len(roster.accounts) + 2
    added = replace(roster, accounts=(*roster.accounts, parse_row(AccountClaim, cells_of(claim), file=file, row=row)))
    raise_any([*inconsistencies(added), *(fault for fault in check([added]) if (fault.file, fault.row) == (file, row))])
    rewrite(file, added.accounts)


def remove_roster(folder: Path) -> None:
    """Remove the roster in `folder`, whole or not at all. Raises StorageError."""
    try:
        remove_folder(folder)
    except OSError as error:
        raise StorageError(f"{folder} could not be removed: {error.strerror}") from error
