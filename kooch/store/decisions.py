"""Reviewers' decisions, exported from one data folder and merged into another. No decision is overruled without asking."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Literal

from kooch.store.state import transaction
from kooch.times import now

Link = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Decided:
    """One decision about one link. `account` is the native id, or `@` and the handle; `decided_at` is ISO 8601 in UTC."""

    figure_id: str
    platform: str
    account: str
    verdict: str
    reviewer: str
    reason: str
    decided_at: str

    @property
    def link(self) -> Link:
        return self.figure_id, self.platform, self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A link about which both sides took different decisions that the other side does not know."""

    ours: Decided
    theirs: Decided


COLUMNS = tuple(field.name for field in fields(Decided))


def read_decisions(state: sqlite3.Connection) -> list[Decided]:
    """All decisions, oldest first."""
    rows = state.execute(
        f"SELECT {', '.join(COLUMNS)} FROM decisions ORDER BY decided_at, figure_id, platform, account"
    )
    return [Decided(**dict(row)) for row in rows]


def fault_of(cells: Mapping[str, str]) -> str | None:
    """The fault of one row in a file of decisions; None if it has none."""
    for column in COLUMNS:
        if not cells.get(column):
            return f"{column} is empty: every row needs one"
    if cells["verdict"] not in {"accepted", "rejected"}:
        return f"verdict '{cells['verdict']}' is unknown: write accepted or rejected"
    try:
        at = datetime.fromisoformat(cells["decided_at"])
    except ValueError:
        return f"decided_at '{cells['decided_at']}' is no time: write it as 2026-11-29T12:00:00+00:00"
    if at.tzinfo is None:
        return f"decided_at '{cells['decided_at']}' has no zone: write it as 2026-11-29T12:00:00+00:00"
    return f"decided_at '{cells['decided_at']}' is in the future" if at > now() else None


def conflicts(ours: Iterable[Decided], theirs: Iterable[Decided]) -> list[Conflict]:
    """The links whose latest decisions differ, if neither side knows all decisions of the other.

    A side that knows the other's decisions has decided after them. That is not a conflict.
    """
    mine, other = _by_link(ours), _by_link(theirs)
    found = []
    for link in sorted(mine.keys() & other.keys()):
        last, their_last = max(mine[link], key=_when), max(other[link], key=_when)
        knows_all = set(other[link]) <= set(mine[link]) or set(mine[link]) <= set(other[link])
        if not knows_all and last.verdict != their_last.verdict:
            found.append(Conflict(ours=last, theirs=their_last))
    return found


def merge(
    state: sqlite3.Connection, theirs: Sequence[Decided], settled: Mapping[Link, Literal["ours", "theirs"]]
) -> int:
    """Add the new decisions of `theirs`, all or none, and return how many. `settled` says which side wins each conflict.

    Settling a conflict makes a new decision, later than both. The next export includes it.
    """
    ours = read_decisions(state)
    known = set(ours)
    new = [each for each in dict.fromkeys(theirs) if each not in known]
    new += [_settlement(each, settled[each.ours.link]) for each in conflicts(ours, theirs)]
    places = ", ".join("?" * len(COLUMNS))
    with transaction(state):
        state.executemany(f"INSERT INTO decisions ({', '.join(COLUMNS)}) VALUES ({places})", map(astuple, new))
    return len(new)


def _settlement(conflict: Conflict, side: Literal["ours", "theirs"]) -> Decided:
    chosen = conflict.ours if side == "ours" else conflict.theirs
    return Decided(
        figure_id=chosen.figure_id,
        platform=chosen.platform,
        account=chosen.account,
        verdict=chosen.verdict,
        reviewer=chosen.reviewer,
        reason=f"{conflict.ours.reviewer} and {conflict.theirs.reviewer} differed; settled as: {chosen.reason}",
        decided_at=now().isoformat(),
    )


def _by_link(decisions: Iterable[Decided]) -> dict[Link, list[Decided]]:
    found: dict[Link, list[Decided]] = defaultdict(list)
    for each in decisions:
        found[each.link].append(each)
    return found


def _when(decided: Decided) -> datetime:
    return datetime.fromisoformat(decided.decided_at)
