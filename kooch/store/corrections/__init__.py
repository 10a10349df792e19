"""Corrections: what a version said and the next one withdraws. The table `corrections` alone decides for sites, feeds
and messages.

A link, a statement of a source or a move is withdrawn if the figure is still on a list and the new version lacks it. A
suppression is not a correction: nothing may remind readers of it.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from kooch.errors import StorageError
from kooch.store.rows import as_table
from kooch.store.versions import open_version
from kooch.times import now

_FOLDER = Path(__file__).parent
_PUBLISHED = ("links", "statements", "moves")
_DENIALS = pa.schema([(name, pa.string()) for name in ("figure_id", "platform", "name", "reason")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """An account that a list or a reviewer says is not the figure's. `name` is the native id, or `@` and the handle in lower case."""

    figure_id: str
    platform: str
    name: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a version says: its number, when it was published (ISO 8601), and one table each of links, statements and
    moves."""

    version: int
    published_at: str
    tables: dict[str, pa.Table]


def published_in(file: Path) -> Published | None:
    """What the version `file` says. None: it cannot be read, or an earlier Kooch made it and gave moves no ids.

    A load replaces such a version, and has nothing to compare with.
    """
    with suppress(StorageError, duckdb.BinderException, duckdb.CatalogException), open_version(file) as connection:
        tables = _tables(connection)
        ((version, published_at),) = connection.execute(
            "SELECT version, published_at::VARCHAR FROM versions"
        ).fetchall()
        return Published(version=version, published_at=published_at, tables=tables)
    return None


def store_corrections(
    connection: duckdb.DuckDBPyConnection,
    state: sqlite3.Connection,
    before: Published | None,
    *,
    denials: Sequence[Denial],
    reason: str | None,
) -> list[str]:
    """Record what `before` says and the open master does not, and store it beside all earlier corrections.

    `reason` is used where nobody has given another reason. Returns the kinds of the new corrections: link, statement, move.
    They are recorded in `state` before the master is complete: if the load is killed in between, the next load finds
    them again.
    """
    new = [] if before is None else _withdrawn(connection, before, denials, reason)
    if new:
        columns = list(new[0])
        state.executemany(
            f"INSERT OR IGNORE INTO corrections ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            [list(row.values()) for row in new],
        )
    noted = [dict(row) for row in state.execute("SELECT * FROM corrections ORDER BY corrected_at, correction_id")]
    connection.execute("DELETE FROM corrections")
    if noted:
        connection.register("corrections_of_state", as_table(noted))
        connection.execute("INSERT INTO corrections BY NAME FROM corrections_of_state")
        connection.unregister("corrections_of_state")
    return [str(row["kind"]) for row in new]


def _withdrawn(
    connection: duckdb.DuckDBPyConnection, before: Published, denials: Sequence[Denial], reason: str | None
) -> list[dict[str, str | None]]:
    given = {f"now_{name}": table for name, table in _tables(connection).items()}
    given |= {f"before_{name}": table for name, table in before.tables.items()}
    given["denials"] = as_table(
        [
            {"figure_id": one.figure_id, "platform": one.platform, "name": one.name, "reason": one.reason}
            for one in denials
        ],
        schema=_DENIALS,
    )
    for name, table in given.items():
        connection.register(name, table)
    try:
        found = connection.sql(
            _sql("withdrawn"),
            params={
                "version_before": str(before.version),
                "published_before": before.published_at,
                "reason": reason,
                "now": now().isoformat(),
            },
        ).pl()
    finally:
        for name in given:
            connection.unregister(name)
    return [
        {name: value if value is None else str(value) for name, value in row.items()}
        for row in found.iter_rows(named=True)
    ]


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    return {name: connection.sql(_sql(f"published_{name}")).to_arrow_table() for name in _PUBLISHED}


def _sql(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
