"""Who had posted nothing when somebody looked last: for 28, 91 or 180 days."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.queries import query
from analytics.said import Number, Said, cell

LENGTHS = (28, 91, 180)
"""Days without a post, as the columns `is_silent_…` have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """`frame` has one row per account whose posts were looked at, as the query `silent_at_last_look`, the longest
    silences first."""

    frame: pl.DataFrame
    verdict: Said


def silent(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str) -> Silent | None:
    """The accounts of `roster` on `platform` at their last look; None: nobody looked at any."""
    of = {"roster": roster, "platform": platform}
    frame = connection.sql(query("silent_at_last_look"), params=of).pl()
    if frame.is_empty():
        return None
    return Silent(frame=frame, verdict=_verdict(frame, of))


def _verdict(frame: pl.DataFrame, of: dict[str, str]) -> Said:
    accounts = "account" if len(frame) == 1 else "accounts"
    parts: list[str | Number] = [
        "At their last look, of ",
        Number(f"{len(frame):,}", cell("silent_at_last_look", "count", **of)),
        f" {accounts} whose posts were looked at, ",
        *_by_length(frame, of, "is_silent", "{n} had posted nothing for {days} days"),
        " (dormant28@1, dormant91@1, dormant180@1).",
    ]
    if frame.select(pl.any_horizontal(pl.col(f"is_unknown_{days}").any() for days in LENGTHS)).item():
        parts += [
            " It cannot be said ",
            *_by_length(frame, of, "is_unknown", "of {n} for {days} days"),
            ": of these no post is known, nobody looked for a time after the last one, or the country blocked the platform.",
        ]
    return tuple(parts)


def _by_length(frame: pl.DataFrame, of: dict[str, str], column: str, said: str) -> Iterator[str | Number]:
    """How many for 28, 91 and 180 days: `said` with each."""
    before, after = said.split("{n}")
    for place, days in enumerate(LENGTHS):
        accounts = int(frame[f"{column}_{days}"].sum())
        measured = cell("silent_at_last_look", "count", **of, **{f"{column}_{days}": "true"})
        between = "" if place == 0 else " and " if days == LENGTHS[-1] else ", "
        yield f"{between}{before}"
        yield Number(f"{accounts:,}", measured)
        yield after.format(days=days)
