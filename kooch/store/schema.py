"""The tables: created and upgraded by numbered SQL files, described by the comments in them."""

import re
from pathlib import Path

import duckdb

from kooch import __version__
from kooch.errors import StorageError

_MIGRATIONS = sorted(Path(__file__).with_name("migrations").glob("[0-9]*.sql"))
LATEST = int(_MIGRATIONS[-1].name[:4])

_TABLE = re.compile(r"^CREATE TABLE (\w+) \( -- (.+)$")
_COLUMN = re.compile(r"^    (\w+) .*? -- (.+)$")
_ADDED = re.compile(r"^ALTER TABLE (\w+) ADD COLUMN (\w+) .*?; -- (.+)$")


def migrate(connection: duckdb.DuckDBPyConnection, place: Path) -> None:
    """Bring the database to the latest schema, inside the caller's transaction.

    Raises StorageError for a database of a newer Kooch.
    """
    version = schema_version(connection)
    if version > LATEST:
        raise StorageError(
            f"Store {place} has schema {version}; this Kooch {__version__} knows {LATEST}. Upgrade Kooch."
        )
    for file in _MIGRATIONS[version:]:
        sql = file.read_text(encoding="utf-8")
        connection.execute(sql)
        for comment in table_comments(sql):
            connection.execute(comment)
        connection.execute("INSERT INTO schema_version VALUES (?, now(), ?)", [int(file.name[:4]), __version__])


def schema_version(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the last migration applied; 0 for an empty database."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version"
        " (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL, kooch VARCHAR NOT NULL);"
        "COMMENT ON TABLE schema_version IS 'One row per migration that this database went through.'"
    )
    ((version,),) = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchall()
    return int(version)


def table_comments(sql: str) -> list[str]:
    """COMMENT statements from the `-- …` comments after tables and columns in `sql`."""
    statements, table = [], ""
    for line in sql.splitlines():
        if found := _ADDED.match(line):
            statements.append(f"COMMENT ON COLUMN {found[1]}.{found[2]} IS {quoted(found[3])}")
        elif found := _TABLE.match(line):
            table = found[1]
            statements.append(f"COMMENT ON TABLE {table} IS {quoted(found[2])}")
        elif table and (found := _COLUMN.match(line)):
            statements.append(f"COMMENT ON COLUMN {table}.{found[1]} IS {quoted(found[2])}")
    return statements


def quoted(text: str) -> str:
    """`text` as an SQL string, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"
