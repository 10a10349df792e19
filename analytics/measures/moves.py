"""The feed of moves of a list: who joined, left, was not found, returned, was renamed or moved, fell silent or posted again, and how it is known."""

from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.measures.figure import with_when
from analytics.queries import query

SHOWN = 200
"""So many rows stand on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The latest moves, and how many there are of each kind and on each platform: one row per `move` and `platform`."""

    latest: pl.DataFrame
    counts: pl.DataFrame


def moves_of(
    connection: duckdb.DuckDBPyConnection, *, roster: str, move: str | None = None, platform: str | None = None
) -> Moves:
    """The latest 200 moves of the people of `roster`; `move` and `platform` narrow them."""
    counts = connection.sql(query("count_of_moves"), params={"roster": roster}).pl()
    asked = {"roster": roster, "move": move, "platform": platform, "shown": SHOWN}
    found = connection.sql(query("moves_of_list"), params=asked).pl()
    return Moves(latest=with_when(found), counts=counts)
