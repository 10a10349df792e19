"""What a load makes of rosters and batches on its way to the tables: one SELECT a file, named by what a row is.

rosters      what lists say: figures, memberships, sources, claims and their bounds
batches      what crawls spooled: outcomes, observations, and what is read off them
accounts     which natural key is which account's
departures   when an account was left and returned to

`Steps` makes the SELECTs as temporary tables, those of `views/` as temporary views. The modules hold the order of what is
written.
"""

from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from kooch.store.schema import quoted
from kooch.store.selects import Select, in_order, read_selects, words_of

_FOLDER = Path(__file__).parent


class Steps:
    """The SELECTs of this folder in one connection. Each is made when a statement first reads it, after the SELECTs that it reads.

    The results are removed at the end of the `with` block. A result does not follow later changes of the tables.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._selects = _all_selects()
        self._made: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After an error the transaction is undone, with everything that was made in it.
        if kind is None:
            self._drop(list(self._made))

    def give(self, name: str, rows: pa.Table) -> None:
        """Let SELECTs read `rows` as the table `name`."""
        self._connection.register("given_rows", rows)
        self.let(name, "FROM given_rows")
        self._connection.unregister("given_rows")

    def let(self, name: str, query: str) -> None:
        """Let SELECTs read `query` as the table `name`. Results that were made from an earlier `name` are made
        again."""
        self._make(query)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
        self._drop([made for made in self._made if made in self._selects and name in self._all_words(made)])
        self._made[name] = "TABLE"

    def write(self, *statements: str) -> None:
        """Execute the statements one after the other."""
        for statement in statements:
            self._make(statement)
            self._connection.execute(statement)

    def insert(self, **selects: str) -> None:
        """Insert the rows of a SELECT into a table, without making the SELECT itself."""
        for table, name in selects.items():
            select = self._selects[name]
            self._make(select.sql)
            self._connection.execute(f"INSERT INTO {table} BY NAME {select.sql}")

    def replace(self, table: str, name: str, *, where: str = "true") -> None:
        """Replace the rows of `table` for which `where` holds by the rows of a SELECT. The SELECT may read both."""
        self._make(f"{name} {where}")
        self._connection.execute(f"DELETE FROM {table} WHERE {where}")
        self._connection.execute(f"INSERT INTO {table} BY NAME FROM {name}")

    def rows(self, query: str) -> list[tuple[object, ...]]:
        self._make(query)
        return self._connection.execute(query).fetchall()

    def assign(self, kind: str, keys: str) -> None:
        """Give every key of the query `keys` (one column `key`) that has none the next integers of `kind`, in key order."""
        self.write(
            f"""
            INSERT INTO ids
            SELECT {quoted(kind)}, n.key, m.top + row_number() OVER (ORDER BY n.key)
            FROM (SELECT DISTINCT key FROM ({keys})) AS n
            CROSS JOIN (SELECT coalesce(max(id), 0) AS top FROM ids WHERE kind = {quoted(kind)}) AS m
            ANTI JOIN (SELECT key FROM ids WHERE kind = {quoted(kind)}) AS known ON known.key = n.key
            """
        )

    def _make(self, statement: str) -> None:
        wanted = words_of(statement) & self._selects.keys()
        for select in in_order(self._selects, wanted):
            if select.name not in self._made:
                kind = "VIEW" if select.folder == "views" else "TABLE"
                self._connection.execute(f"CREATE OR REPLACE TEMP {kind} {select.name} AS {select.sql}")
                self._made[select.name] = kind

    def _all_words(self, name: str) -> frozenset[str]:
        return frozenset().union(*(select.words for select in in_order(self._selects, [name])))

    def _drop(self, names: list[str]) -> None:
        for name in names:
            self._connection.execute(f"DROP {self._made.pop(name)} temp.{name}")


@cache
def _all_selects() -> dict[str, Select]:
    return read_selects([_FOLDER, _FOLDER / "views"])
