"""The tables, views and macros that a query can read, as their comments describe them."""

import duckdb
import polars as pl

from analytics.queries import query


def relations(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row per table, view and macro: name, kind, what a row is. Bookkeeping of the loader is left out."""
    found: pl.DataFrame = connection.sql(query("relations")).pl()
    return found


def columns(connection: duckdb.DuckDBPyConnection, *, relation: str) -> pl.DataFrame:
    """One row per column of a table or view: column, type, description."""
    found: pl.DataFrame = connection.sql(
        query("columns_of"),
        params={"relation": relation},
    ).pl()
    return found
