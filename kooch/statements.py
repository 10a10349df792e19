"""Which statements may be asked of a published version."""

import re

import duckdb

from kooch.errors import QueryError


def refuse_other_than_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise QueryError unless `sql` is exactly one SELECT (DESCRIBE, SHOW and SUMMARIZE are) or EXPLAIN of one."""
    kind = _kind_of(connection, sql)
    if kind == duckdb.StatementType.EXPLAIN:
        # EXPLAIN ANALYZE also runs the statement.
        kind = _kind_of(connection, _explained(sql))
    if kind != duckdb.StatementType.SELECT:
        raise QueryError(f"{kind.name} is not possible here: write a SELECT. A published version is only read.")


def _kind_of(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.StatementType:
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from None
    if len(statements) != 1:
        raise QueryError(f"This is {len(statements)} statements; write exactly one SELECT.")
    kind: duckdb.StatementType = statements[0].type
    return kind


def _explained(sql: str) -> str:
    """The statement after EXPLAIN, ANALYZE and options in brackets."""
    data = sql.encode()
    depth = 0
    for start, kind in duckdb.tokenize(sql):
        if kind == duckdb.token_type.comment:
            continue
        text = data[start:].decode(errors="replace")
        if text.startswith("("):
            depth += 1
        elif text.startswith(")"):
            depth -= 1
        elif not depth and not re.match(r"(EXPLAIN|ANALYZE|ANALYSE)\b", text, re.IGNORECASE):
            return text
    return ""
