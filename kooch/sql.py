"""One SELECT on a published version: for the owner of the machine in this process, for the app in a child process."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from kooch.answers import DAMAGED, REFUSED, TOO_MUCH, answer_table, stopped_after
from kooch.errors import QueryError, StorageError
from kooch.statements import refuse_other_than_select
from kooch.store.versions import DAMAGED_BLOCK, open_version

SECONDS = 10
MAX_ROWS = 10_000
MAX_BYTES = 16_000_000
AT_ONCE = 2
"""The limits of a query in a child process, and how many run at once."""

_STARTING_SECONDS = 20
_TICK_SECONDS = 0.25
# The child's alarm ends it, or its limit of CPU time.
_TIMED_OUT = {-signal.SIGALRM, -signal.SIGXCPU}
_turns = threading.BoundedSemaphore(AT_ONCE)

Tell = Callable[[bool], object]
"""Is called a few times a second while a query waits (True) or runs. An exception that it raises ends the query."""


def run_query(
    file: Path,
    sql: str,
    *,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    seconds: float = SECONDS,
    tell: Tell | None = None,
) -> pl.DataFrame:
    """The result of one SELECT on the version `file`, at most `max_rows` rows of it, computed in a child process.

    The child sees neither environment, network nor other files, and is ended after `seconds`. More than AT_ONCE queries of
    this process wait for each other.
    Raises QueryError in one sentence when the statement is not allowed, fails, or takes too much; StorageError when the
    version is damaged.
    """
    heard = tell or (lambda _is_waiting: None)
    order = json.dumps(
        {"file": str(file), "sql": sql, "max_rows": max_rows, "max_bytes": max_bytes, "seconds": seconds}
    )
    with _turn(heard), tempfile.TemporaryDirectory() as nowhere:
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", "from kooch.answers import answer; answer()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=nowhere,
            env={},
        )
        try:
            output = _hear(child, order.encode(), seconds, heard)
        finally:
            child.kill()
            child.communicate()
    if child.returncode == REFUSED:
        raise QueryError(output.decode(errors="replace"))
    if child.returncode == DAMAGED:
        says = output.decode(errors="replace").partition("\n")[0].rstrip(".!")
        raise StorageError(f"Version {file} is damaged: {says}. Run `kooch load --anew` to publish a new one.")
    if child.returncode in _TIMED_OUT:
        raise QueryError(stopped_after(seconds))
    if child.returncode != 0:
        raise QueryError(TOO_MUCH)
    return _frame(pa.ipc.open_stream(output).read_all())


def select(file: Path, sql: str) -> pl.DataFrame:
    """The whole result of one SELECT on the version `file`, in this process: for the owner of the machine.

    Raises QueryError, and StorageError when the version is damaged.
    """
    with open_version(file) as connection:
        refuse_other_than_select(connection, sql)
        try:
            return _frame(answer_table(connection, connection.sql(sql)))
        except (duckdb.Error, pa.ArrowException) as error:
            if DAMAGED_BLOCK in str(error):
                raise
            raise QueryError(str(error)) from None


@contextmanager
def _turn(tell: Tell) -> Iterator[None]:
    """Wait until fewer than AT_ONCE queries run."""
    while not _turns.acquire(timeout=_TICK_SECONDS):
        tell(True)
    try:
        yield
    finally:
        _turns.release()


def _hear(child: subprocess.Popen[bytes], order: bytes, seconds: float, tell: Tell) -> bytes:
    """Read what the child writes. The child measures its own time from its start, because a busy machine may start it late."""
    given: bytes | None = order
    deadline = time.monotonic() + seconds + _STARTING_SECONDS
    while True:
        try:
            return child.communicate(given, timeout=_TICK_SECONDS)[0]
        except subprocess.TimeoutExpired:
            given = None
            tell(False)
            if time.monotonic() > deadline:
                raise QueryError(stopped_after(seconds)) from None


def _frame(table: pa.Table) -> pl.DataFrame:
    try:
        frame = pl.from_arrow(table)
    except pl.exceptions.PolarsError as error:
        raise QueryError(f"The result cannot be shown ({error}). Cast that column to VARCHAR.") from None
    if isinstance(frame, pl.Series):  # a table gives a frame; the types cannot say so
        return frame.to_frame()
    return frame
