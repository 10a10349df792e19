"""Which tables, views and macros there are to ask, as their comments describe them."""

import duckdb
import polars as pl


def relations(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row per table, view and macro: name, kind, what a row is. Bookkeeping of the loader is left out."""
    found: pl.DataFrame = connection.sql(
        """
        SELECT table_name AS name, 'table' AS kind, comment AS description
        FROM duckdb_tables()
        WHERE database_name = 'kooch' AND table_name NOT IN ('ids', 'batches', 'schema_version', 'account_bounds')
        UNION ALL
        SELECT view_name, 'view', comment
        FROM duckdb_views()
        WHERE database_name = 'kooch' AND NOT internal
        UNION ALL
        SELECT function_name || '(' || array_to_string(parameters, ', ') || ')', 'macro', comment
        FROM duckdb_functions()
        WHERE database_name = 'kooch' AND NOT internal
        ORDER BY name
        """
    ).pl()
    return found


def columns(connection: duckdb.DuckDBPyConnection, *, relation: str) -> pl.DataFrame:
    """One row per column of a table or view: column, type, description."""
    found: pl.DataFrame = connection.sql(
        """
        SELECT column_name AS column, data_type AS type, comment AS description
        FROM duckdb_columns()
        WHERE database_name = 'kooch' AND table_name = $relation
        ORDER BY column_index
        """,
        params={"relation": relation},
    ).pl()
    return found
