"""What sources say about when figures joined and left, statement by statement."""

from datetime import date

import duckdb
import polars as pl

from analytics.measures.knowledge import until
from analytics.measures.phrases import interval
from analytics.queries import query

STATEMENTS = pl.Schema(
    {
        "figure": pl.String(),
        "when": pl.String(),  # the interval in words
        "event": pl.String(),  # joined, there, posted, absent, left or announced
        "wording": pl.String(),
        "reported": pl.String(),  # followers
        "publisher": pl.String(),
        "published_on": pl.Date(),
        "derived_from": pl.String(),  # NULL: the statement is the publisher's own
        "read_as": pl.String(),  # page, excerpt, excerpt_cut or quoted_elsewhere; NULL: it is not said
        "url": pl.String(),  # NULL: there is no address, only the citation
        "citation": pl.String(),
        "account": pl.String(),  # the handle; NULL: account unidentified
        "names_unlisted": pl.Boolean(),  # it names an account that no list gives to the figure
        "known_at": pl.Datetime("us", "UTC"),
    }
)


def statements(
    connection: duckdb.DuckDBPyConnection, *, figures: list[str], platform: str, zone: str, known_by: date | None = None
) -> pl.DataFrame:
    """One row per statement of a source about when the figures joined or left (STATEMENTS), in order of publication.

    If the source states a date, a bound that is only implied (the report appeared, so the figure was there) is left
    out.
    """
    frame: pl.DataFrame = connection.sql(
        query("statements"),
        params={
            "figures": figures,
            "platform": platform,
            "until": until(known_by, zone),
        },
    ).pl()
    whens = [interval(row["not_before"], row["before"], row["time_zone"]) for row in frame.iter_rows(named=True)]
    return frame.with_columns(pl.Series("when", whens, dtype=pl.String)).select(STATEMENTS.names()).cast(STATEMENTS)
