"""Who had posted nothing when somebody looked last: for 28, 91 or 180 days."""

from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.queries import query
from analytics.said import Number, Said, cell

LENGTHS = (28, 91, 180)
"""Days without a post, as the columns `is_silent_…` have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """`frame` has a row an account whose posts were looked at, as the query `silent_at_last_look`, the longest silences first."""

    frame: pl.DataFrame
    verdict: Said


def silent(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str) -> Silent | None:
    """The accounts of `roster` on `platform` at their last look; None where nobody looked at any."""
    of = {"roster": roster, "platform": platform}
    frame = connection.sql(query("silent_at_last_look"), params=of).pl()
    if frame.is_empty():
        return None
    return Silent(frame=frame, verdict=_verdict(frame, of))


def _verdict(frame: pl.DataFrame, of: dict[str, str]) -> Said:
    parts: list[str | Number] = [
        "At their last look, of ",
        Number(f"{len(frame):,}", cell("silent_at_last_look", "count", **of)),
        f" {'account' if len(frame) == 1 else 'accounts'} whose posts were looked at, ",
    ]
    for place, days in enumerate(LENGTHS):
        accounts = int(frame[f"is_silent_{days}"].sum())
        measured = cell("silent_at_last_look", "count", **of, **{f"is_silent_{days}": "true"})
        between = "" if place == 0 else " and " if days == LENGTHS[-1] else ", "
        parts += [between, Number(f"{accounts:,}", measured), f" had posted nothing for {days} days"]
    parts.append(" (dormant28@1, dormant91@1, dormant180@1).")
    if unknown := int(frame["is_unknown"].sum()):
        measured = cell("silent_at_last_look", "count", **of, is_unknown="true")
        reasons = "no post is known, nobody looked for a time after the last one, or the country blocked the platform"
        parts += [" For ", Number(f"{unknown:,}", measured), f" of them, this cannot be said: {reasons}."]
    return tuple(parts)
