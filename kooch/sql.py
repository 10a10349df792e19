"""One SELECT on a published version: gated by kind of statement, and for the app in a child process with hard limits.

DuckDB's own settings do not hold a hostile query (some string functions ignore its memory and time limits), so the
operating system does.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from kooch.errors import QueryError
from kooch.store.schema import quoted
from kooch.store.versions import open_version

_MEMORY_BYTES = 2 << 30
# Types that frames do not have; they become text.
_FOREIGN_TYPE = re.compile(r"\b(INTERVAL|UNION|BIT)\b")
# The years that Python can write, 1 to 9999, as seconds since 1970.
_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799


def run_query(file: Path, sql: str, *, max_rows: int = 10_000, seconds: float = 10) -> pl.DataFrame:
    """The result of one SELECT on the version `file`, at most `max_rows` rows of it, computed in a child process.

    The child sees neither environment, network nor other files, and is ended after `seconds`.
    Raises QueryError in one sentence when the statement is not allowed, fails, or takes too much.
    """
    order = json.dumps({"file": str(file), "sql": sql, "max_rows": max_rows, "seconds": seconds})
    with tempfile.TemporaryDirectory() as nowhere:
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", "from kooch.sql import answer; answer()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=nowhere,
            env={},
        )
        try:
            # Two seconds for starting Python: the child keeps `seconds` itself.
            output, _ = child.communicate(order.encode(), timeout=seconds + 4)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise QueryError(
                f"The query was stopped after {seconds:g} seconds. Ask for less, or use `kooch sql`."
            ) from None
    if child.returncode == 3:
        raise QueryError(output.decode(errors="replace"))
    if child.returncode != 0:
        raise QueryError("The query needed more memory or time than it may have. Ask for less, or use `kooch sql`.")
    return _frame(pa.ipc.open_stream(output).read_all())


def select(file: Path, sql: str) -> pl.DataFrame:
    """The whole result of one SELECT on the version `file`, in this process: for the owner of the machine."""
    with open_version(file) as connection:
        refuse_other_than_select(connection, sql)
        try:
            return _frame(_table(connection, connection.sql(sql)))
        except (duckdb.Error, pa.ArrowException) as error:
            raise QueryError(str(error)) from None


def refuse_other_than_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise QueryError unless `sql` is exactly one SELECT (DESCRIBE, SHOW and SUMMARIZE are) or EXPLAIN."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from None
    if len(statements) != 1:
        raise QueryError(f"This is {len(statements)} statements; write exactly one SELECT.")
    kind = statements[0].type
    if kind not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise QueryError(f"{kind.name} is not possible here: write a SELECT. A published version is only read.")


def answer() -> None:
    """The child's side: read an order from standard input, write an Arrow stream or, with exit code 3, a sentence."""
    # Only here: the limits would hold for the whole parent.
    import resource  # noqa: PLC0415

    order = json.load(sys.stdin)
    seconds = int(order["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds + 2, 2 * seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        with duckdb.connect(":memory:") as connection:
            _confine(connection, order["file"], order["seconds"])
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
            refuse_other_than_select(connection, order["sql"])
            # The limit travels into the query: a result is computed whole before its first row can be read.
            found = _table(connection, connection.sql(order["sql"]).limit(order["max_rows"]))
            with pa.ipc.new_stream(sys.stdout.buffer, found.schema) as stream:
                stream.write_table(found)
    except (QueryError, duckdb.Error, pa.ArrowException, MemoryError) as error:
        sys.stdout.write(_sentence(error))
        sys.stdout.flush()
        raise SystemExit(3) from None


def _confine(connection: duckdb.DuckDBPyConnection, file: str, seconds: float) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH {quoted(file)} AS kooch (READ_ONLY)")
    connection.execute("USE kooch")
    for setting in (
        "autoload_known_extensions = false",
        "autoinstall_known_extensions = false",
        "allow_community_extensions = false",
        "allow_persistent_secrets = false",
        # It would be drawn into the answer.
        "enable_progress_bar = false",
        "python_enable_replacements = false",
        "memory_limit = '512MB'",
        "threads = 2",
        "max_temp_directory_size = '0B'",
        f"max_execution_time = {int(seconds * 1000)}",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _sentence(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "The query needed more memory than it may have. Ask for less, or use `kooch sql`."
    return str(error)


def _table(connection: duckdb.DuckDBPyConnection, found: duckdb.DuckDBPyRelation) -> pa.Table:
    """The result with every name once, and as text whatever a frame cannot hold, such as intervals and infinity."""
    names: list[str] = []
    for name in found.columns:
        # As DuckDB itself names them in a subquery.
        again = (f"{name}_{n}" for n in range(1, len(found.columns) + 1))
        names.append(name if name not in names else next(each for each in again if each not in names))
    foreign = {n for n, kind in enumerate(found.types) if _FOREIGN_TYPE.search(str(kind))}
    if foreign:
        found = found.project(_casts(len(names), foreign))
    table = found.to_arrow_table().rename_columns(names)
    endless = {n for n, column in enumerate(table.columns) if _is_endless(column)}
    if endless:
        relation = connection.from_arrow(table).project(_casts(len(names), endless))
        table = relation.to_arrow_table().rename_columns(names)
    return table


def _casts(width: int, as_text: set[int]) -> str:
    return ", ".join(f"CAST(#{n + 1} AS VARCHAR)" if n in as_text else f"#{n + 1}" for n in range(width))


def _is_endless(column: pa.ChunkedArray) -> bool:
    """Whether a column of days or instants holds one before year 1 or after 9999: `infinity` is stored as such."""
    if pa.types.is_timestamp(column.type):
        per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
        numbers = column.cast(pa.int64())
    elif pa.types.is_date32(column.type):
        per_second = 1
        numbers = pc.multiply(column.cast(pa.int32()).cast(pa.int64()), 86_400)
    else:
        return False
    least, most = pc.min_max(numbers).as_py().values()
    return least is not None and not _EARLIEST * per_second <= least <= most < (_LATEST + 1) * per_second


def _frame(table: pa.Table) -> pl.DataFrame:
    try:
        frame = pl.from_arrow(table)
    except pl.exceptions.PolarsError as error:
        raise QueryError(f"The result cannot be shown ({error}). Cast that column to VARCHAR.") from None
    if isinstance(frame, pl.Series):  # a table gives a frame; the types cannot say so
        return frame.to_frame()
    return frame
