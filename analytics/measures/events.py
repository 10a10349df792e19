"""Dated events that charts mark."""

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from analytics.measures.phrases import days
from analytics.queries import query
from kooch.rosters.countries import country_name

MARKERS = pl.Schema(
    {
        "title": pl.String(),  # with the day or days in front
        "at": pl.Int64(),  # milliseconds: the day's start, as the event's own time zone counts it
        "until": pl.Int64(),  # the end of a range's last day; NULL: one day
        "line": pl.Int64(),  # counts the events, for labels that must not meet
    }
)
_DAY = 86_400_000


MOST = 4
"""More labels than these cover the picture."""


def markers(
    connection: duckdb.DuckDBPyConnection, *, platform: str, start: date, end: date, roster: str | None = None
) -> pl.DataFrame:
    """One row per event that concerns `platform` and begins between `start` and `end` (MARKERS).

    There is also one row for each time in which the country of somebody on `roster` blocked it, as far as it lies
    between them. At most MOST: those of the list's own country first, then the latest.
    """
    found = connection.execute(
        query("events_of_platform"),
        {"platform": platform, "start": start, "end": end, "roster": roster, "most": MOST},
    ).fetchall()
    return pl.DataFrame(
        [
            {
                "title": f"{days(starts_on, ends_on)}: {title_of(title, country)}",
                "at": _at(drawn_from),
                "until": _at(drawn_to) + _DAY if drawn_to else None,
                "line": line,
            }
            for line, (title, country, starts_on, ends_on, drawn_from, drawn_to) in enumerate(found)
        ],
        schema=MARKERS,
    )


def blocks(
    connection: duckdb.DuckDBPyConnection,
    *,
    platforms: Sequence[str],
    start: date,
    end: date,
    roster: str | None = None,
    figure_id: str | None = None,
) -> pl.DataFrame:
    """One row per time between `start` and `end` in which a country blocked one of `platforms`, given with their names
    (MARKERS).

    The country is that of somebody on `roster`, or of the figure. At most MOST, the latest.
    """
    found = connection.execute(
        query("blocks_on_platforms"),
        {
            "platforms": list(platforms),
            "start": start,
            "end": end,
            "roster": roster,
            "figure_id": figure_id,
            "most": MOST,
        },
    ).fetchall()
    return pl.DataFrame(
        [
            {
                "title": f"{days(from_day, to_day)}: {platform} {title_of(f'ordered by {ordered_by}', country)}",
                "at": _at(drawn_from),
                "until": _at(drawn_to) + _DAY,
                "line": line,
            }
            for line, (platform, country, ordered_by, from_day, to_day, drawn_from, drawn_to) in enumerate(found)
        ],
        schema=MARKERS,
    )


def title_of(title: str, country: str | None) -> str:
    """The title of an event. The `title` of a block says who ordered it; the result also names the country."""
    return f"blocked in {country_name(country)}, {title}" if country else title


def _at(day: date) -> int:
    return (day - date(1970, 1, 1)).days * _DAY
