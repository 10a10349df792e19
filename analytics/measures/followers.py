"""Followers on a newer platform and an older one, for the same people: ratio and day of parity, as far as counts
say."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

from analytics.measures.phrases import days, short_day
from analytics.queries import query
from analytics.said import Number, Said, cell

RATIOS = pl.Schema(
    {
        "figure_id": pl.String(),
        "name": pl.String(),
        "day": pl.Date(),  # the last day (UTC) of which the followers on both are known
        "least": pl.Float64(),  # the ratio; NULL: it may be as small as can be
        "most": pl.Float64(),  # NULL: it may be as large as can be; neither: the ratio is nought
        "standing": pl.String(),  # as many, fewer or cannot be said
        "label": pl.String(),
        "measure": pl.String(),  # the cell of an end of the ratio
    }
)
STANDINGS = {
    "as many": "as many or more",
    "fewer": "fewer",
    "cannot be said": "cannot be said",
}
"""What a ratio says, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followers:
    """`frame` has one row per figure, as the query `audience_of_list`; `ratios` (RATIOS) has one row per figure with a
    ratio, the largest first."""

    frame: pl.DataFrame
    ratios: pl.DataFrame
    verdict: Said


def platforms_of(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """By list its platforms with their names, those with most people first; lists with two platforms or more."""
    found: dict[str, dict[str, str]] = {}
    for roster, platform, name in connection.execute(query("platforms_with_people")).fetchall():
        found.setdefault(roster, {})[platform] = name
    return {roster: platforms for roster, platforms in found.items() if len(platforms) > 1}


def followers(
    connection: duckdb.DuckDBPyConnection, *, roster: str, newer: str, older: str, names: tuple[str, str]
) -> Followers:
    """The people of `roster` on both platforms; `names` are the names of the newer and the older platform."""
    of = {"roster": roster, "newer": newer, "older": older}
    frame = connection.sql(query("audience_of_list"), params=of).pl()
    rows = [
        {
            **{column: row[column] for column in ("figure_id", "name", "day", "standing")},
            "least": row["ratio_least"] or None,
            "most": row["ratio_most"] or None,
            "label": f"{ratio(row)} on {short_day(row['day'])}",
            "measure": cell(
                "audience_of_list",
                "ratio_least" if row["ratio_least"] else "ratio_most",
                **of,
                figure_id=row["figure_id"],
            ),
        }
        for row in frame.filter(pl.col("day").is_not_null()).iter_rows(named=True)
    ]
    ratios = pl.DataFrame(rows, schema=RATIOS).sort(
        pl.coalesce("least", "most"), "name", descending=[True, False], nulls_last=True
    )
    return Followers(frame=frame, ratios=ratios, verdict=_verdict(frame, of, names))


def days_of(connection: duckdb.DuckDBPyConnection, *, figure_id: str, newer: str, older: str) -> pl.DataFrame:
    """One row per day with a ratio, the latest first, as the query `audience_of_figure`."""
    of = {"figure_id": figure_id, "newer": newer, "older": older}
    found: pl.DataFrame = connection.sql(query("audience_of_figure"), params=of).pl()
    return found


def ratio(row: dict[str, float | None]) -> str:
    """`0.476 to 0.526`, `0.5`, `at least 2`, `at most 2`: three digits of the ratio of a row of `audience_of_list` or `audience_of_figure`."""
    least, most = row["ratio_least"] or None, row["ratio_most"]
    if most == 0:
        return "0"
    if least is None:
        return "cannot be said" if most is None else f"at most {_digits(most)}"
    if most is None:
        return f"at least {_digits(least)}"
    return _digits(least) if least == most else f"{_digits(least)} to {_digits(most)}"


def _digits(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def parity(row: dict[str, date | None]) -> str:
    """When there were first as many followers on the newer platform, of a row of `audience_of_list`."""
    by, below = row["parity_by"], row["below_on"]
    if by is None:
        return "no count shows it" if below is None else f"not by {short_day(below)}"
    return f"by {short_day(by)}" if below is None else days(below + timedelta(days=1), by)


def _verdict(frame: pl.DataFrame, of: dict[str, str], names: tuple[str, str]) -> Said:
    newer, older = names

    def said(standing: str | None = None) -> Number:
        among = frame if standing is None else frame.filter(pl.col("standing") == standing)
        where = {} if standing is None else {"standing": standing}
        return Number(f"{len(among):,}", cell("audience_of_list", "count", **of, **where))

    if frame.is_empty():
        return (f"Nobody on this list is known to have an account on {newer} and on {older}.",)
    known: Said = (
        "On the last day of which both counts are known, ",
        said("as many"),
        f" had as many followers on {newer} as on {older} or more, and ",
        said("fewer"),
        " had fewer. Of ",
        said("cannot be said"),
        " the counts do not say.",
    )
    return (
        said(),
        f" {'has' if len(frame) == 1 else 'have'} an account on both. For ",
        said("no common day"),
        " of them no day is known with both counts, so there is no ratio. ",
        *(known if (frame["standing"] != "no common day").any() else ()),
    )
