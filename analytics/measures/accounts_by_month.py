"""Accounts by the month in which their platform says they were opened."""

from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.queries import query
from analytics.said import cell

MONTHS = pl.Schema(
    {
        "month": pl.Date(),  # its first day
        "kind": pl.String(),  # person, institution or party
        "accounts": pl.Int64(),
        "below": pl.Int64(),  # accounts of earlier kinds in the same month
    }
)
KINDS = pl.Schema({"kind": pl.String(), "accounts": pl.Int64(), "place": pl.Int64(), "measure": pl.String()})
PEAK = pl.Schema({"month": pl.Date(), "accounts": pl.Int64(), "measure": pl.String()})  # and the cells of the counts


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsByMonth:
    """Entries by month and kind (MONTHS), by kind (KINDS), and the month with the most, the first of several (PEAK)."""

    months: pl.DataFrame
    kinds: pl.DataFrame
    peak: pl.DataFrame

    @property
    def total(self) -> int:
        """All entries with a day of opening."""
        return int(self.kinds["accounts"].sum())


def accounts_by_month(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str) -> AccountsByMonth:
    """Entries of `roster` by the month (UTC) in which their first account on `platform` was opened.

    An entry counts once, with its earliest account; entries without an exact day are left out.
    """
    counted = connection.sql(
        query("accounts_by_month"),
        params={"roster": roster, "platform": platform},
    ).pl()
    months = counted.with_columns(below=pl.col("accounts").cum_sum().over("month") - pl.col("accounts"))
    of = {"roster": roster, "platform": platform}
    kinds = (
        counted.group_by("kind")
        .agg(pl.col("accounts").sum())
        .sort("kind")
        .with_row_index("place")
        .with_columns(measure=_cells(counted["kind"].unique().sort().to_list(), "kind", of))
    )
    peak = (
        counted.group_by("month")
        .agg(pl.col("accounts").sum())
        .sort("accounts", "month", descending=[True, False])
        .head(1)
    )
    return AccountsByMonth(
        months=months.cast(MONTHS),
        kinds=kinds.select(KINDS.names()).cast(KINDS),
        peak=peak.with_columns(measure=_cells(peak["month"].to_list(), "month", of)).cast(PEAK),
    )


def _cells(values: list[object], column: str, of: dict[str, str]) -> pl.Series:
    """The cell of the sum of accounts for each value of a column."""
    cells = [cell("accounts_by_month", "sum(accounts)", **of | {column: value}) for value in values]
    return pl.Series(cells, dtype=pl.String)
