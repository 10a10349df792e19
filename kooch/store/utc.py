"""The schema `utc` of a published version: each table and view once more, with instants as TIMESTAMP in UTC.

A TIMESTAMPTZ is shown, cut to days and grouped in the time zone of the session, and Python's client takes one only where
pytz is installed. A TIMESTAMP is the same everywhere.
"""

import duckdb

from kooch.store.schema import quoted

_INSTANTS = """
SELECT table_name, list(column_name ORDER BY column_index)
FROM duckdb_columns()
WHERE
    database_name = current_database() AND schema_name = 'main' AND NOT internal
    AND data_type = 'TIMESTAMP WITH TIME ZONE'
GROUP BY table_name
ORDER BY table_name
"""


def drop_utc_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove the schema, so that the tables under it can be made anew."""
    connection.execute("DROP SCHEMA IF EXISTS utc CASCADE")


def build_utc_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema anew, from the tables and views that there are."""
    drop_utc_views(connection)
    connection.execute("CREATE SCHEMA utc")
    for name, instants in connection.execute(_INSTANTS).fetchall():
        # Without `AT TIME ZONE`, which not every client's DuckDB has built in.
        casts = ", ".join(f"make_timestamp(epoch_us({column})) AS {column}" for column in instants)
        connection.execute(f"CREATE VIEW utc.{name} AS SELECT * REPLACE ({casts}) FROM main.{name}")
        connection.execute(f"COMMENT ON VIEW utc.{name} IS {quoted(f'As {name}, with instants as TIMESTAMP in UTC.')}")
