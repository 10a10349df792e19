"""The schema `utc` of a published version: a copy of each table and view, with instants as TIMESTAMP in UTC.

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
# Of `main` those with an instant, and of `utc` all: the same while the schema is as it should be.
_COLUMNS = """
SELECT schema_name, table_name, list([column_name, replace(data_type, ' WITH TIME ZONE', '')] ORDER BY column_index)
FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name IN ('main', 'utc') AND NOT internal
GROUP BY schema_name, table_name
HAVING schema_name = 'utc' OR bool_or(data_type = 'TIMESTAMP WITH TIME ZONE')
"""


def build_utc_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema again if it does not match the tables and views."""
    columns: dict[str, dict[str, list[list[str]]]] = {"main": {}, "utc": {}}
    for schema, name, of_it in connection.execute(_COLUMNS).fetchall():
        columns[schema][name] = of_it
    if columns["main"] == columns["utc"]:
        return
    connection.execute("DROP SCHEMA IF EXISTS utc CASCADE")
    connection.execute("CREATE SCHEMA utc")
    for name, instants in connection.execute(_INSTANTS).fetchall():
        # Without `AT TIME ZONE`, which not every client's DuckDB has built in.
        casts = ", ".join(f"make_timestamp(epoch_us({column})) AS {column}" for column in instants)
        connection.execute(f"CREATE VIEW utc.{name} AS SELECT * REPLACE ({casts}) FROM main.{name}")
        connection.execute(f"COMMENT ON VIEW utc.{name} IS {quoted(f'As {name}, with instants as TIMESTAMP in UTC.')}")
