"""What sources say about when figures joined, statement by statement."""

from datetime import date

import duckdb
import polars as pl

from analytics.measures.knowledge import until
from analytics.measures.words import interval

STATEMENTS = pl.Schema(
    {
        "figure": pl.String(),
        "when": pl.String(),  # the interval in words
        "wording": pl.String(),
        "reported": pl.String(),  # followers
        "publisher": pl.String(),
        "published_on": pl.Date(),
        "derived_from": pl.String(),
        "url": pl.String(),  # NULL: there is no address; the citation stands for it
        "citation": pl.String(),
        "account": pl.String(),  # the handle; NULL: account unidentified
        "known_at": pl.Datetime("us", "UTC"),
    }
)


def statements(
    connection: duckdb.DuckDBPyConnection, *, figures: list[str], platform: str, zone: str, known_by: date | None = None
) -> pl.DataFrame:
    """One row per statement of a source about when the figures joined (STATEMENTS), in order of publication.

    What is only implied (the report appeared, so the figure was there) is left out where the source states a date.
    """
    frame: pl.DataFrame = connection.sql(
        """
        SELECT
            f.name AS figure,
            b.not_before,
            b.before,
            b.kind,
            b.wording,
            b.reported,
            s.publisher,
            s.published_at AS published_on,
            s.derived_from,
            s.url,
            s.citation,
            h.handle AS account,
            b.known_at
        FROM bounds AS b
        INNER JOIN figures AS f ON f.figure_id = b.figure_id
        LEFT JOIN sources AS s ON s.source_id = b.source_id
        LEFT JOIN current_handles AS h ON h.account_id = b.account_id
        WHERE
            b.platform = $platform
            AND list_contains($figures, b.figure_id)
            AND b.event IN ('joined', 'absent')
            AND b.known_at <= $until
            AND NOT (
                b.kind = 'published'
                AND EXISTS (
                    FROM bounds AS o
                    WHERE o.figure_id = b.figure_id AND o.source_id = b.source_id AND o.kind = 'stated'
                )
            )
        ORDER BY f.name, b.known_at, b.bound_id
        """,
        params={
            "figures": figures,
            "platform": platform,
            "until": until(known_by, zone),
        },
    ).pl()
    whens = [interval(row["not_before"], row["before"], zone) for row in frame.iter_rows(named=True)]
    return frame.with_columns(pl.Series("when", whens, dtype=pl.String)).select(STATEMENTS.names()).cast(STATEMENTS)
