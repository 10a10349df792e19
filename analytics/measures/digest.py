"""The content of a message: moves that the channel does not know yet, and what could not be read."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from analytics.measures.corrections import Correction
from analytics.measures.list_page import Move, corrections_of, moves_on, sentence
from analytics.measures.phrases import counted, listed, moment
from analytics.queries import query
from kooch.store.outcomes import CAUSES_IN_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """`moves` are the moves of the message. `withdrawn` are ids of moves that the channel received and that are no
    longer in the data. `corrections` are about figures and platforms of earlier messages, `passed` the ids of all
    others. `old` are ids of silences that are no news. `doubts` are sentences about what could not be read, or is held,
    or was not asked."""

    title: str
    moves: tuple[Move, ...]
    withdrawn: tuple[str, ...]
    corrections: tuple[Correction, ...]
    passed: tuple[str, ...]
    old: tuple[str, ...]
    doubts: tuple[str, ...]
    text: str

    def ids(self) -> list[str]:
        """The ids in the message: moves, withdrawals of moves, and corrections."""
        return [
            *(move.move_id for move in self.moves),
            *(f"{_WITHDRAWN}{move}" for move in self.withdrawn),
            *(f"{_CORRECTION}{one.correction_id}" for one in self.corrections),
        ]

    def settled(self) -> list[str]:
        """The ids that no later message needs: also old silences, and corrections of what the channel never
        received."""
        return [*self.ids(), *self.old, *(f"{_CORRECTION}{correction_id}" for correction_id in self.passed)]


_WITHDRAWN = "withdrawn:"
_CORRECTION = "correction:"


def digest_of(
    connection: duckdb.DuckDBPyConnection,
    *,
    roster: str | None,
    kinds: Sequence[str],
    received_ids: Collection[str],
    received: datetime | None,
    at: datetime,
    quiet_days: int,
    site: str,
) -> Digest:
    """The digest of the list (None: of all) at the instant `at`: of `kinds` (none: all), without those in `received_ids`.

    `received` is when the channel last received something; None: never. If the channel has received no silence so far,
    silences known before then are no news.

    If no crawl has reached a platform for more than `quiet_days`, the digest says so. This does not mean that anybody
    left. `site` is the address of the published pages; empty: there are none.
    """
    lists = [roster] if roster else [row[0] for row in connection.execute(query("lists")).fetchall()]
    found = {move.move_id: (move, name) for name in reversed(lists) for move in moves_on(connection, name)}
    new = [
        (move, name)
        for move, name in found.values()
        if move.move_id not in received_ids and (not kinds or move.move in kinds)
    ]
    knows_silences = any(move.last_posted_on and move.move_id in received_ids for move, _ in found.values())
    old = {
        move.move_id
        for move, _ in new
        if received and not knows_silences and move.last_posted_on and move.known_at < received
    }
    new = [(move, name) for move, name in new if move.move_id not in old]
    moves = tuple(move for move, _ in new)
    withdrawn = tuple(
        move
        for move in sorted(received_ids)
        if ":" not in move and move not in found and f"{_WITHDRAWN}{move}" not in received_ids
    )
    known = {one.correction_id: one for name in lists for one in corrections_of(connection, name)}
    heard = {(move.figure_id, move.platform) for move, _ in found.values() if move.move_id in received_ids}
    heard |= {(one.figure_id, one.platform) for one in known.values() if one.move_id in received_ids}
    corrections = tuple(
        one
        for one in known.values()
        if f"{_CORRECTION}{one.correction_id}" not in received_ids
        and (one.figure_id, one.platform) in heard
        and not one.is_consequence
    )
    explained = {one.move_id for one in known.values()}
    doubts = tuple(_doubts(connection, lists, at, quiet_days))
    counts = Counter(move.move for move in moves)
    title = listed([f"{n:,} {kind}" for kind, n in sorted(counts.items())]) or (
        "Corrections" if withdrawn or corrections else "Nothing changed"
    )
    lines = [line for move, name in new for line in _lines(move, name, site)]
    lines += [f"Correction: {one.sentences}" for one in corrections]
    if unexplained := [move for move in withdrawn if move not in explained]:
        of_them = counted(len(unexplained), "change of earlier messages is", "changes of earlier messages are")
        lines.append(f"{of_them} no longer in the data: a source was corrected, or the list has changed.")
    return Digest(
        title=f"Kooch: {title}",
        moves=moves,
        withdrawn=withdrawn,
        corrections=corrections,
        passed=tuple(
            sorted(
                one.correction_id
                for one in known.values()
                if one not in corrections and f"{_CORRECTION}{one.correction_id}" not in received_ids
            )
        ),
        old=tuple(sorted(old)),
        doubts=doubts,
        text="\n".join([*lines, *doubts]),
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
