"""How Kooch opens DuckDB: in UTC, in one format, and without a picture of its progress in the output of a command."""

from pathlib import Path

import duckdb

STORAGE = "v1.0.0"
"""How files are written: clients from DuckDB 1.1 on read it."""


def connect(file: Path | None = None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to `file`, or to a database in memory.

    Raises duckdb.Error for a file that is damaged, locked, or missing where it is only to be read.
    """
    connection = duckdb.connect(
        ":memory:" if file is None else str(file),
        read_only=read_only,
        config={} if file is None or read_only else {"storage_compatibility_version": STORAGE},
    )
    # From the second second of a query on, the bar goes to standard output, where programs read JSON.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET TimeZone = 'UTC'")
    return connection
