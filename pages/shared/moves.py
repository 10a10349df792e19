"""Moves, one after the other: who did what, when, and since when the world could know."""

import polars as pl

from analytics.measures.phrases import short_day
from pages.shared.text import table

_THROUGH = {
    "list": "known by the list",
    "report": "reported",
    "look": "seen in a look",
    "crawl": "seen by Kooch",
    "platform": "end of the platform",
}
_ACTS = {"unknown": "; nobody says whose act", "owner": "", "platform": "", None: ""}


def show_table_of_moves(moves: pl.DataFrame) -> None:
    """A table of moves, in their order; with a column `name` it says whose each is."""
    has_names = "name" in moves.columns
    table(
        (*(("Who",) if has_names else ()), "Platform", "Account", "What", "When", "How it is known", "Known since"),
        (
            [
                *([(move["name"], None)] if has_names else []),
                (move["platform"], None),
                (move["handle"], None),
                (f"{move['move']}{_ACTS[move['act']]}{' (presumed)' if move['is_presumed'] else ''}", None),
                (move["when"], None),
                (": ".join(filter(None, (_THROUGH[move["known_through"]], move["source"]))), move["url"]),
                (short_day(move["known_at"].date()) if move["known_at"] else "not known", None),
            ]
            for move in moves.iter_rows(named=True)
        ),
    )
