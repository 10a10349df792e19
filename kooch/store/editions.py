"""Editions: versions that are identified by their content. A load with nothing new makes another version, but the same
edition."""

import hashlib
from collections.abc import Iterable, Mapping

import duckdb

_BOOKKEEPING = {
    "account_bounds",
    "account_numbers",
    "batches",
    "definitions",
    "ids",
    "post_digits",
    "read_evidence",
    "rollup_inputs",
    "schema_version",
    "slots",
    "texts",
    "versions",
}
"""Tables that say how a version was made, or that number its words. They hold nothing that a reader could cite."""
_LONG = {
    "activity_days": ("account_id", "day"),
    "activity_looks": ("account_id", "run_id"),
    "audience_days": ("figure_id", "day"),
    "observations": ("run_id", "account_id"),
    "outcomes": ("run_id", "target"),
}
"""Tables that grow with every crawl: their rows are summed by the first column, each number times the second."""
_LENGTH = 12
_OF_NO_LINES = hashlib.sha256().hexdigest()
_VALUES = {
    "DATE": "({} - DATE '1970-01-01')",
    "INTEGER": "{}",
    "TIMESTAMP WITH TIME ZONE": "epoch_us({})",
}
"""What is summed of a column, by its type. Rows that differ in a column of another type are not summed together."""

_COLUMNS = """
SELECT c.table_name, list([c.column_name, c.data_type] ORDER BY c.column_index)
FROM duckdb_columns() AS c
SEMI JOIN duckdb_tables() AS t ON
    t.database_name = c.database_name AND t.schema_name = c.schema_name AND t.table_name = c.table_name
WHERE c.database_name = current_database() AND c.schema_name = 'main'
GROUP BY c.table_name
ORDER BY c.table_name
"""


def content_digest(connection: duckdb.DuckDBPyConnection) -> str:
    """Twelve hexadecimal digits of what the database of this connection says.

    The SHA-256 of a line for each table, `name SHA-256 of its sorted lines`. A line is a row as text, in UTC. For a
    table that grows with every crawl, a line is the number of rows of a run, account or figure and the sums of their
    columns. It depends on no file format.
    """
    digest = hashlib.sha256()
    for name, columns in connection.execute(_COLUMNS).fetchall():
        if name not in _BOOKKEEPING:
            digest.update(f"{name} {_lines_digest(connection, name, dict(columns))}\n".encode())
    return digest.hexdigest()[:_LENGTH]


def _lines_digest(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> str:
    """The SHA-256 of a table's sorted lines."""
    if not connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall():
        return _OF_NO_LINES
    ((digest,),) = connection.execute(
        f"SELECT sha256(string_agg(line, chr(10) ORDER BY line)) FROM ({_lines(table, columns)})"
    ).fetchall()
    return str(digest)


def _lines(table: str, columns: Mapping[str, str]) -> str:
    """A SELECT of the lines of a table, whose columns have these types."""
    if table not in _LONG:
        return f"SELECT {_line(columns)} AS line FROM {table}"
    part, weight = _LONG[table]
    numbers = {
        column: _VALUES[kind].format(column) for column, kind in columns.items() if kind in _VALUES and column != part
    }
    others = [column for column in columns if column not in numbers]
    sums = ", ".join(f"count({name}), sum({value}::HUGEINT * {numbers[weight]})" for name, value in numbers.items())
    return (
        f"SELECT {_line(others)} || chr(31) || concat_ws(chr(31), count(*), {sums}) AS line"
        f" FROM {table} GROUP BY {', '.join(others)}"
    )


def _line(columns: Iterable[str]) -> str:
    """The cells of a row as one text, separated by a character that no cell holds. NULL is another such character."""
    return f"concat_ws(chr(31), {', '.join(f'coalesce({column}::VARCHAR, chr(30))' for column in columns)})"
