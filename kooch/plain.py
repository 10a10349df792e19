"""Answers of whole numbers and plain words, written without Polars and PyArrow, which take longer to import than most queries.

An answer is plain if no frame reads its types differently, and if it has no text that CSV would quote or a spreadsheet
would run. `kooch.sql` writes all other answers.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from kooch.errors import QueryError
from kooch.statements import refuse_other_than_select
from kooch.store.versions import DAMAGED_BLOCK, open_version

_MOST_ROWS = 10_000
_TYPES = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "BOOLEAN", "VARCHAR"}
)
_PLAIN = re.compile(r"[0-9A-Za-z][^,\"\x00-\x1f\x7f]*")


def plain_csv(file: Path, sql: str) -> str | None:
    """The answer to one SELECT on the version `file` as CSV; None if it is not plain, or has more than 10,000 rows.

    Raises QueryError, and StorageError when the version is damaged.
    """
    with open_version(file) as connection:
        refuse_other_than_select(connection, sql)
        try:
            found = connection.sql(sql)
            names = found.columns
            if len(set(names)) < len(names) or not {str(kind) for kind in found.types} <= _TYPES:
                return None
            rows = connection.execute(sql).fetchmany(_MOST_ROWS + 1)
        except duckdb.Error as error:
            if DAMAGED_BLOCK in str(error):
                raise
            raise QueryError(str(error)) from None
    lines = [_line(row) for row in (names, *rows)] if len(rows) <= _MOST_ROWS else [None]
    return None if None in lines else "".join(f"{line}\n" for line in lines)


def _line(row: Sequence[object]) -> str | None:
    cells = [_cell(value) for value in row]
    return None if None in cells else ",".join(map(str, cells))


def _cell(value: object) -> str | None:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str() if _PLAIN.fullmatch(value):
            return value
        case _:
            return None
