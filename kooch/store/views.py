"""Builds a folder of SELECTs into a database: macros, views and rollups, each named by its file.

`macros/` take parameters (declared by comment lines `-- name: TYPE; …` after the first), `views/` are stored
queries, `rollups/` are tables made at publish so that a page reads thousands of rows, not millions. A rollup with a line
`-- Empty unless: SELECT …` is not computed while that query has no row.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import duckdb

from kooch.store.schema import LATEST, quoted
from kooch.store.selects import Select, in_order, read_selects

_CLOCK = "now"
"""The function that SELECTs read the clock by, and no other."""
_CONDITION = re.compile(r"^-- Empty unless: (.+)$", re.MULTILINE)
_PARAMETER = re.compile(r"^-- (\w+): [A-Z]+", re.MULTILINE)
_COLUMN = re.compile(r"(\w+),? -- (.+)$")


def build_views(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, only: Collection[str] | None = None, anew: bool = False
) -> None:
    """Bring all SELECTs in `folder` up to date, or `only` those named and those that they read, each after what it reads.

    A view or macro stays while its text, and the text of all that it reads, is the same. A rollup keeps its rows while,
    besides, the tables that it reads hold the same, unless `anew`; one that reads the clock is computed once a transaction.
    """
    standing = _standing(connection)
    made_from = dict(connection.execute("SELECT name, digest FROM definitions").fetchall())
    filled_from = dict(connection.execute("SELECT name, digest FROM rollup_inputs").fetchall())
    selects = in_order(read_selects(folder / kind for kind in ("macros", "views", "rollups")), only)
    tables = {name for name, kind in standing.items() if kind == "TABLE"}
    tables_read = _tables_read(selects, tables)
    contents = _Contents(connection, set().union(*tables_read.values()) & tables)
    digests: dict[str, str] = {}
    made, filled = {}, {}
    for select in selects:
        name = select.name
        digests[name] = _digest(select, digests)
        is_to_make = made_from.get(name) != digests[name] or not (select.folder == "macros" or name in standing)
        if is_to_make:
            if name in standing:
                connection.execute(f"DROP {standing[name]} {name}")
            connection.execute(f"DROP MACRO TABLE IF EXISTS {name}")
            _create(connection, select)
            made[name] = digests[name]
        if select.folder == "rollups":
            inputs = contents.digest(tables_read[name])
            if is_to_make or anew or filled_from.get(name) != inputs:
                _fill(connection, select)
                filled[name] = inputs
                contents.forget(name)
    if only is None:
        _drop(connection, made_from.keys() - digests.keys(), standing)
    _note(connection, "definitions", made)
    _note(connection, "rollup_inputs", filled)


def _drop(connection: duckdb.DuckDBPyConnection, names: Collection[str], standing: Mapping[str, str]) -> None:
    """Drop the views, macros and rollups of these names, whose files are gone."""
    for name in sorted(names):
        connection.execute(f"DROP {standing.get(name, 'MACRO TABLE')} IF EXISTS {name}")
    _note(connection, "definitions", dict.fromkeys(names))
    _note(connection, "rollup_inputs", dict.fromkeys(names))


def _note(connection: duckdb.DuckDBPyConnection, table: str, digests: Mapping[str, str | None]) -> None:
    """Note the digest of each name in `table`; None: forget the name."""
    if not digests:
        return
    connection.execute(f"DELETE FROM {table} WHERE list_contains(?, name)", [[*digests]])
    connection.execute(
        f"INSERT INTO {table} SELECT * FROM (SELECT unnest(?), unnest(?)) AS n (name, digest) WHERE digest IS NOT NULL",
        [[*digests], [*digests.values()]],
    )


def _tables_read(selects: Iterable[Select], tables: Collection[str]) -> dict[str, frozenset[str]]:
    """The tables and rollups that the rows of each SELECT depend on, directly or through views and macros; `now` for the clock.

    `selects` are in the order of `in_order`. A column may have the name of a table. Then its rollup is computed more often
    than needed.
    """
    rows_of: dict[str, frozenset[str]] = {name: frozenset([name]) for name in [*tables, _CLOCK]}
    read: dict[str, frozenset[str]] = {}
    for select in selects:
        read[select.name] = frozenset().union(
            *(rows_of[word] for word in select.words & rows_of.keys() - {select.name})
        )
        rows_of[select.name] = frozenset([select.name]) if select.folder == "rollups" else read[select.name]
    return read


class _Contents:
    """What tables hold, told apart by the number of their rows and the sum of the rows' hashes. The clock holds the time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
        self._connection = connection
        self._known: dict[str, str] = {}
        self._learn(tables)

    def digest(self, tables: Collection[str]) -> str:
        """A digest of what these tables hold."""
        self._learn(set(tables) - self._known.keys())
        held = "".join(f"{table} {self._known[table]}\n" for table in sorted(tables))
        return hashlib.sha256(held.encode()).hexdigest()

    def forget(self, table: str) -> None:
        """Look at a table again that has been written."""
        self._known.pop(table, None)

    def _learn(self, tables: Iterable[str]) -> None:
        """All in one query: planning takes longer than reading."""
        each = [
            f"SELECT '{table}', 0, epoch_us(now())"
            if table == _CLOCK
            else f"SELECT '{table}', count(*), sum(hash(t)) FROM {table} AS t"
            for table in sorted(tables)
        ]
        if each:
            found = self._connection.execute(" UNION ALL ".join(each)).fetchall()
            self._known |= {table: f"{rows} {hashes}" for table, rows, hashes in found}


def _fill(connection: duckdb.DuckDBPyConnection, rollup: Select) -> None:
    """Compute the rows of a rollup anew."""
    connection.execute(f"DELETE FROM {rollup.name}")
    condition = _CONDITION.search(rollup.sql)
    if condition is None or connection.execute(f"{condition[1]} LIMIT 1").fetchall():
        connection.execute(f"INSERT INTO {rollup.name} {rollup.sql}")


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
            connection.execute(f"CREATE TABLE {name} AS {sql}\nWITH NO DATA")
    connection.execute(f"COMMENT ON {kind} {name} IS {quoted(select.row_meaning)}")
    if kind == "MACRO TABLE":
        return
    described = _column_comments(sql)
    for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall():
        if text := described.get(column):
            connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {quoted(text)}")


def _digest(select: Select, digests: Mapping[str, str]) -> str:
    """A digest of a SELECT and of everything that decides its columns. `digests` are those of the SELECTs that it reads."""
    read = [digests[name] for name in sorted(select.words & digests.keys())]
    return hashlib.sha256(
        "\0".join([select.folder, select.sql, *read, str(LATEST), duckdb.__version__]).encode()
    ).hexdigest()


def _standing(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The existing tables and views by name, with the kind that DROP takes. The schema `utc` has views of the same names.

    Macros are known by their definitions: DuckDB would go through its two thousand functions to find them.
    """
    return dict(
        connection.execute("""
            SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main'
            UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'
        """).fetchall()
    )


def _column_comments(sql: str) -> dict[str, str]:
    """The comments after columns in the last SELECT list. If a name has two comments, the last one counts."""
    found = (_COLUMN.search(line) for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return {match[1]: match[2] for match in found if match}
