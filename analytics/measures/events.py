"""Dated events that charts mark."""

from datetime import date

import duckdb
import polars as pl

from analytics.measures.phrases import days
from analytics.queries import query

MARKERS = pl.Schema(
    {
        "title": pl.String(),  # with the day or days in front
        "at": pl.Int64(),  # milliseconds: the day's start, as the event's own time zone counts it
        "until": pl.Int64(),  # the end of a range's last day; NULL: one day
        "line": pl.Int64(),  # counts the events, for labels that must not meet
    }
)
_DAY = 86_400_000


def markers(connection: duckdb.DuckDBPyConnection, *, platform: str, start: date, end: date) -> pl.DataFrame:
    """One row per event that concerns `platform` and begins between `start` and `end` (MARKERS)."""
    found = connection.execute(
        query("events_of_platform"),
        {"platform": platform, "start": start, "end": end},
    ).fetchall()
    return pl.DataFrame(
        [
            {
                "title": f"{days(starts_on, ends_on)}: {title}",
                "at": at,
                "until": at + _DAY * ((ends_on - starts_on).days + 1) if ends_on else None,
                "line": line,
            }
            for line, (title, starts_on, ends_on, at) in enumerate(found)
        ],
        schema=MARKERS,
    )
