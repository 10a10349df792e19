"""The answer to one SELECT on a published version: what may be asked, the result as Arrow, and the child process that
computes it for the app under hard limits.

DuckDB's own settings do not stop a hostile query, because some string functions ignore its memory and time limits. So
the operating system sets the limits. Nothing here needs Polars: the child starts in half the time without it.
"""

import json
import re
import signal
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from kooch.connections import connect
from kooch.errors import QueryError
from kooch.statements import refuse_other_than_select
from kooch.store.schema import quoted
from kooch.store.versions import DAMAGED_BLOCK

REFUSED, DAMAGED = 3, 4
"""Exit codes with which the child also writes a sentence."""
TOO_MUCH = "The query needed more memory than it may have. Ask for less, or use `kooch sql`."

# The memory that the child may use besides what Python and DuckDB need at their start. Two children and the app stay under 2 GB.
_MEMORY_BYTES = 600 << 20
# Types that frames lack or read wrongly. They become text.
_FOREIGN_TYPE = re.compile(
    r"\b(INTERVAL|UNION|BIT|U?HUGEINT|BIGNUM|VARINT|TIME WITH TIME ZONE|TIME_NS|TIMETZ|TIMESTAMPTZ_NS|GEOMETRY|VARIANT|TUPLE)\b"
    r"|\bSTRUCT\b(?!\()"
)
# The years that Python can write, 1 to 9999, as seconds since 1970.
_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DIGITS = Decimal(10) ** 38


def answer_table(
    connection: duckdb.DuckDBPyConnection, found: duckdb.DuckDBPyRelation, *, max_bytes: int | None = None
) -> pa.Table:
    """The result with every name once, and as text whatever a frame cannot hold, such as intervals and infinity.

    Raises QueryError for a result of more than `max_bytes`.
    """
    names: list[str] = []
    for name in found.columns:
        # DuckDB names them in the same way in a subquery.
        again = (f"{name}_{n}" for n in range(1, len(found.columns) + 1))
        names.append(name if name not in names else next(each for each in again if each not in names))
    foreign = {n for n, kind in enumerate(found.types) if _is_foreign(str(kind))}
    if foreign:
        found = found.project(_casts(len(names), foreign))
    table = found.to_arrow_table().rename_columns(names)
    if max_bytes is not None and table.nbytes > max_bytes:
        raise QueryError(
            f"The answer has {table.nbytes / 1e6:,.0f} MB, and this page takes {max_bytes / 1e6:,.0f}. Ask for fewer columns"
            " or rows, or use `kooch sql`."
        )
    unheld = {n for n, column in enumerate(table.columns) if any(map(_is_beyond, _leaves(column)))}
    for n in {n for n in unheld if pa.types.is_decimal(table.column(n).type)}:
        # DuckDB does not read numbers of 39 digits back.
        texts = [None if number is None else f"{number:f}" for number in table.column(n).to_pylist()]
        table = table.set_column(n, names[n], pa.array(texts, pa.string()))
        unheld.remove(n)
    if unheld:
        relation = connection.from_arrow(table).project(_casts(len(names), unheld))
        table = relation.to_arrow_table().rename_columns(names)
    return table


def answer() -> None:
    """The child's side: read an order from standard input, write an Arrow stream or, with an exit code of above, a sentence."""
    # Set the limits only here, because in the parent they would hold for the whole process.
    import os  # noqa: PLC0415
    import resource  # noqa: PLC0415

    order = json.load(sys.stdin)
    seconds = float(order["seconds"])
    # The app has priority, because it answers other visitors meanwhile.
    os.nice(5)
    cpu = 2 * int(seconds) + 4
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        with connect() as connection:
            _confine(connection, order["file"], seconds)
            most = _size_of_this() + _MEMORY_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
            # The system ends what DuckDB cannot interrupt.
            signal.setitimer(signal.ITIMER_REAL, seconds + 0.5)
            refuse_other_than_select(connection, order["sql"])
            # The limit is put into the query, because DuckDB computes a whole result before its first row can be read.
            limited = connection.sql(order["sql"]).limit(order["max_rows"])
            found = answer_table(connection, limited, max_bytes=order["max_bytes"])
            signal.setitimer(signal.ITIMER_REAL, 0)
            with pa.ipc.new_stream(sys.stdout.buffer, found.schema) as stream:
                stream.write_table(found)
    except (QueryError, duckdb.Error, pa.ArrowException, MemoryError) as error:
        sys.stdout.write(_sentence(error, seconds))
        sys.stdout.flush()
        raise SystemExit(DAMAGED if DAMAGED_BLOCK in str(error) else REFUSED) from None


def stopped_after(seconds: float) -> str:
    return f"The query was stopped after {seconds:g} seconds. Ask for less, or use `kooch sql`."


def _confine(connection: duckdb.DuckDBPyConnection, file: str, seconds: float) -> None:
    connection.execute(f"ATTACH {quoted(file)} AS kooch (READ_ONLY)")
    connection.execute("USE kooch")
    for setting in (
        "autoload_known_extensions = false",
        "autoinstall_known_extensions = false",
        "allow_community_extensions = false",
        "allow_persistent_secrets = false",
        "python_enable_replacements = false",
        "memory_limit = '400MB'",
        "threads = 2",
        "max_temp_directory_size = '0B'",
        f"max_execution_time = {int(seconds * 1000)}",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _size_of_this() -> int:
    """The address space that this process takes, in bytes; a guess where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 2 << 30
    import resource  # noqa: PLC0415 -- as above

    return pages * resource.getpagesize()


def _sentence(error: BaseException, seconds: float) -> str:
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return TOO_MUCH
    if isinstance(error, duckdb.InterruptException):
        return stopped_after(seconds)
    return str(error)


def _is_foreign(kind: str) -> bool:
    # A frame can hold a sum of whole numbers as a column, but not inside a list.
    return kind != "HUGEINT" and bool(_FOREIGN_TYPE.search(kind))


def _casts(width: int, as_text: set[int]) -> str:
    return ", ".join(f"CAST(#{n + 1} AS VARCHAR)" if n in as_text else f"#{n + 1}" for n in range(width))


def _leaves(column: pa.ChunkedArray) -> Iterator[pa.Array]:
    """The arrays of values in a column, taken out of lists, maps and structs."""
    arrays = list(column.chunks)
    while arrays:
        array = arrays.pop()
        if pa.types.is_struct(array.type):
            arrays.extend(array.flatten())
        elif pa.types.is_map(array.type):
            arrays.extend([array.keys, array.items])
        elif pa.types.is_nested(array.type):
            arrays.append(array.flatten())
        else:
            yield array


def _is_beyond(array: pa.Array) -> bool:
    """Whether an array holds what a frame cannot.

    A day or instant before year 1 or after 9999 (`infinity` is stored as such), the time 24:00:00, or a number of 39 digits.
    """
    kind = array.type
    if pa.types.is_decimal(kind):
        least, most = pc.min_max(array).as_py().values()
        return least is not None and (-least >= _DIGITS or most >= _DIGITS)
    if pa.types.is_time64(kind):
        most = pc.max(array.cast(pa.int64())).as_py()
        return most is not None and most >= 86_400 * _PER_SECOND[kind.unit]
    if pa.types.is_timestamp(kind):
        per_second, numbers = _PER_SECOND[kind.unit], array.cast(pa.int64())
    elif pa.types.is_date32(kind):
        per_second, numbers = 1, pc.multiply(array.cast(pa.int32()).cast(pa.int64()), 86_400)
    else:
        return False
    least, most = pc.min_max(numbers).as_py().values()
    if least is None:
        return False
    # The last two stand for infinity, which in nanoseconds comes before the year 9999.
    return not (
        _EARLIEST * per_second <= least <= most < (_LATEST + 1) * per_second
        and -(2**63) + 1 < least <= most < 2**63 - 1
    )
