"""Builds a folder of SELECTs into a database: macros, views and rollups, each named by its file.

`macros/` take parameters (declared by comment lines `-- name: TYPE; …` after the first), `views/` are stored
queries, `rollups/` are tables made at publish so that a page reads thousands of rows, not millions.
"""

import re
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from kooch.store.schema import quoted

_WORD = re.compile(r"\w+")
_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_PARAMETER = re.compile(r"^-- (\w+): [A-Z]+", re.MULTILINE)
_COLUMN = re.compile(r"(\w+),? -- (.+)$")


def build_views(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Create or replace everything in `folder`, in the order of what reads what."""
    files = {file.stem: file for kind in ("macros", "views", "rollups") for file in (folder / kind).glob("*.sql")}
    for name in _in_order(files):
        file, sql = files[name], files[name].read_text(encoding="utf-8").rstrip().rstrip(";")
        _drop(connection, name)
        match file.parent.name:
            case "macros":
                parameters = ", ".join(_PARAMETER.findall(sql))
                connection.execute(f"CREATE MACRO {name}({parameters}) AS TABLE {sql}")
                connection.execute(f"COMMENT ON MACRO TABLE {name} IS {quoted(_first_line(sql))}")
            case "views":
                connection.execute(f"CREATE VIEW {name} AS {sql}")
                _describe(connection, "VIEW", name, sql)
            case _:
                connection.execute(f"CREATE TABLE {name} AS {sql}")
                _describe(connection, "TABLE", name, sql)


def _in_order(files: dict[str, Path]) -> Iterable[str]:
    graph = {}
    for name, file in files.items():
        code = _COMMENT.sub("", file.read_text(encoding="utf-8"))
        graph[name] = (set(_WORD.findall(code)) & files.keys()) - {name}
    return TopologicalSorter(graph).static_order()


def _drop(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    # A file may have changed its folder between two releases.
    connection.execute(f"DROP MACRO TABLE IF EXISTS {name}")
    for (kind,) in connection.execute(
        "SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END FROM information_schema.tables"
        " WHERE table_name = ?",
        [name],
    ).fetchall():
        connection.execute(f"DROP {kind} {name}")


def _describe(connection: duckdb.DuckDBPyConnection, kind: str, name: str, sql: str) -> None:
    connection.execute(f"COMMENT ON {kind} {name} IS {quoted(_first_line(sql))}")
    columns = {row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()}
    for column, text in _column_comments(sql):
        if column in columns:
            connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {quoted(text)}")


def _column_comments(sql: str) -> list[tuple[str, str]]:
    """The comments behind the columns of the last SELECT list: of two for one name, the last counts."""
    found = (_COLUMN.search(line) for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return [(match[1], match[2]) for match in found if match]


def _first_line(sql: str) -> str:
    return sql.splitlines()[0].removeprefix("-- ")
