"""Builds a folder of SELECTs into a database: macros, views and rollups, each named by its file.

`macros/` take parameters (declared by comment lines `-- name: TYPE; …` after the first), `views/` are stored
queries, `rollups/` are tables made at publish so that a page reads thousands of rows, not millions.
"""

import re
from collections.abc import Collection
from pathlib import Path

import duckdb

from kooch.store.schema import quoted
from kooch.store.selects import in_order, read_selects

_PARAMETER = re.compile(r"^-- (\w+): [A-Z]+", re.MULTILINE)
_COLUMN = re.compile(r"(\w+),? -- (.+)$")


def build_views(connection: duckdb.DuckDBPyConnection, folder: Path, *, only: Collection[str] | None = None) -> None:
    """Create or replace everything in `folder`, or `only` what is named and what it reads, each after what it reads."""
    standing = _standing(connection)
    described = {}
    for select in in_order(read_selects(folder / kind for kind in ("macros", "views", "rollups")), only):
        name, sql = select.name, select.sql
        # A file may have changed its folder between two releases.
        if name in standing:
            connection.execute(f"DROP {standing[name]} {name}")
        match select.folder:
            case "macros":
                kind = "MACRO TABLE"
                connection.execute(f"CREATE MACRO {name}({', '.join(_PARAMETER.findall(sql))}) AS TABLE {sql}")
            case "views":
                kind = "VIEW"
                connection.execute(f"CREATE VIEW {name} AS {sql}")
            case _:
                kind = "TABLE"
                connection.execute(f"CREATE TABLE {name} AS {sql}")
        connection.execute(f"COMMENT ON {kind} {name} IS {quoted(select.says)}")
        if kind != "MACRO TABLE":
            described.update({(name, column): text for column, text in _column_comments(sql)})
    for name, column in connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    ).fetchall():
        if text := described.get((name, column)):
            connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {quoted(text)}")


def _standing(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What exists by name, with its kind as DROP calls it."""
    return dict(
        connection.execute("""
            SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE NOT internal
            UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal
            UNION ALL SELECT function_name, 'MACRO TABLE' FROM duckdb_functions()
                WHERE function_type = 'table_macro' AND NOT internal
        """).fetchall()
    )


def _column_comments(sql: str) -> list[tuple[str, str]]:
    """The comments behind the columns of the last SELECT list: of two for one name, the last counts."""
    found = (_COLUMN.search(line) for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return [(match[1], match[2]) for match in found if match]
