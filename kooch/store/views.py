"""Builds a folder of SELECTs into a database: macros, views and rollups, each named by its file.

`macros/` take parameters (declared by comment lines `-- name: TYPE; …` after the first), `views/` are stored
queries, `rollups/` are tables made at publish so that a page reads thousands of rows, not millions.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb

from kooch.store.schema import LATEST, quoted
from kooch.store.selects import Select, in_order, read_selects

_PARAMETER = re.compile(r"^-- (\w+): [A-Z]+", re.MULTILINE)
_COLUMN = re.compile(r"(\w+),? -- (.+)$")


def build_views(connection: duckdb.DuckDBPyConnection, folder: Path, *, only: Collection[str] | None = None) -> None:
    """Bring everything in `folder`, or `only` what is named and what it reads, up to date, each after what it reads.

    A rollup is filled anew. A view or macro stays while its text, and the text of all that it reads, is the same.
    """
    standing = _standing(connection)
    made_from = dict(connection.execute("SELECT name, digest FROM definitions").fetchall())
    selects = in_order(read_selects(folder / kind for kind in ("macros", "views", "rollups")), only)
    digests: dict[str, str] = {}
    for select in selects:
        name = select.name
        digests[name] = _digest(select, digests)
        if name in standing and made_from.get(name) == digests[name]:
            if standing[name] == "TABLE":
                connection.execute(f"DELETE FROM {name}")
                connection.execute(f"INSERT INTO {name} {select.sql}")
            continue
        if name in standing:
            connection.execute(f"DROP {standing[name]} {name}")
        _create(connection, select)
        connection.execute("DELETE FROM definitions WHERE name = ?", [name])
        connection.execute("INSERT INTO definitions VALUES (?, ?)", [name, digests[name]])


def _create(connection: duckdb.DuckDBPyConnection, select: Select) -> None:
    """Create one view, macro or rollup, with the comments of its file."""
    name, sql = select.name, select.sql
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
    if kind == "MACRO TABLE":
        return
    described = _column_comments(sql)
    for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall():
        if text := described.get(column):
            connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {quoted(text)}")


def _digest(select: Select, digests: Mapping[str, str]) -> str:
    """Of a text and of all that decides which columns it has; `digests` are those of what it reads."""
    read = [digests[name] for name in sorted(select.words & digests.keys())]
    return hashlib.sha256(
        "\0".join([select.folder, select.sql, *read, str(LATEST), duckdb.__version__]).encode()
    ).hexdigest()


def _standing(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What exists by name, with its kind as DROP calls it. The schema `utc` has views of the same names."""
    return dict(
        connection.execute("""
            SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main'
            UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'
            UNION ALL SELECT function_name, 'MACRO TABLE' FROM duckdb_functions()
                WHERE function_type = 'table_macro' AND NOT internal AND schema_name = 'main'
        """).fetchall()
    )


def _column_comments(sql: str) -> dict[str, str]:
    """The comments behind the columns of the last SELECT list: of two for one name, the last counts."""
    found = (_COLUMN.search(line) for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return {match[1]: match[2] for match in found if match}
