"""What a channel is told: moves that it does not know yet, and of what nothing can be said."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from analytics.measures.list_page import Move, moves_on, sentence
from analytics.measures.phrases import counted, listed, moment
from analytics.queries import query
from kooch.store.outcomes import CAUSES_IN_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """`moves` are those that are told; `withdrawn` are ids of moves that were told and are no longer in the data; `doubts` are sentences about what could not be read, or is held, or was not asked."""

    title: str
    moves: tuple[Move, ...]
    withdrawn: tuple[str, ...]
    doubts: tuple[str, ...]
    text: str

    def ids(self) -> list[str]:
        """What the channel knows after the message: moves, and withdrawals of moves."""
        return [*(move.move_id for move in self.moves), *(f"{_WITHDRAWN}{move}" for move in self.withdrawn)]


_WITHDRAWN = "withdrawn:"


def digest_of(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str | None,
    kinds: Sequence[str],
    told: Collection[str],
    at: datetime,
    quiet_days: int,
    site: str,
) -> Digest:
    """The digest of the list (None: of all) at the instant `at`: of `kinds` (none: all), without those that were `told`.

    A platform of which nobody has heard for more than `quiet_days` is said to be silent: nobody has left it for that. `site` is the
    address of the published pages; empty: there are none.
    """
    lists = [roster] if roster else [row[0] for row in connection.execute(query("lists")).fetchall()]
    found = {move.move_id: (move, name) for name in reversed(lists) for move in moves_on(connection, name)}
    new = [
        (move, name) for move, name in found.values() if move.move_id not in told and (not kinds or move.move in kinds)
    ]
    moves = tuple(move for move, _ in new)
    withdrawn = tuple(
        move
        for move in sorted(told)
        if not move.startswith(_WITHDRAWN) and move not in found and f"{_WITHDRAWN}{move}" not in told
    )
    doubts = tuple(_doubts(connection, lists, at, quiet_days))
    counts = Counter(move.move for move in moves)
    title = listed([f"{n:,} {kind}" for kind, n in sorted(counts.items())]) or (
        "Corrections" if withdrawn else "Nothing changed"
    )
    lines = [line for move, name in new for line in _lines(move, name, site)]
    if withdrawn:
        known = counted(len(withdrawn), "change that you were told is", "changes that you were told are")
        lines.append(f"{known} no longer in the data: a source was corrected, or the list has changed.")
    return Digest(
        title=f"Kooch: {title}", moves=moves, withdrawn=withdrawn, doubts=doubts, text="\n".join([*lines, *doubts])
    )


def _lines(move: Move, roster: str, site: str) -> list[str]:
    where = f"{site.rstrip('/')}/{roster}/latest/figures/{move.figure_id}.html" if site else None
    evidence = " ".join(part for part in (move.citation, move.url) if part)
    return [sentence(move), *([f"  {evidence}"] if evidence else []), *([f"  {where}"] if where else []), ""]


def _doubts(connection: duckdb.DuckDBPyConnection, lists: Sequence[str], at: datetime, quiet_days: int) -> list[str]:
    failed = connection.sql(query("failures_of_latest_runs")).pl().rows()
    said = [
        f"{platform}: {counted(n, 'account', 'accounts')} could not be read ({CAUSES_IN_WORDS.get(cause, cause)})."
        for platform, cause, n in failed
    ]
    for platform, gone, started_at in connection.sql(query("held_platforms")).pl().rows():
        said.append(
            f"{platform}: {gone:,} accounts seemed gone at once on {moment(started_at)}. Nothing is said of them until a second look."
        )
    for platform, last in connection.sql(query("last_heard_of"), params={"rosters": list(lists)}).pl().rows():
        if at - last > timedelta(days=quiet_days):
            said.append(f"{platform}: no crawl has reached it since {moment(last)}. Nothing can be said of later days.")
    return said
