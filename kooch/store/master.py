"""The private master: the one file that loads write to. It can always be made anew from archive, lists and state."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from kooch.connections import STORAGE, connect
from kooch.errors import StorageError
from kooch.files import make_folder
from kooch.store import manifest
from kooch.store.publish import is_shared, make_private
from kooch.store.schema import migrate
from kooch.store.versions import DAMAGED_BLOCK, first_line, read_all

_LOCKED = "Could not set lock"
# The errors that a damaged file, a full disk or too little memory causes.
_STORAGE_FAULTS = (
    OSError,
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.OutOfMemoryException,
)


def master_file(home: Path) -> Path:
    return home / "master.duckdb"


def older_master_file(home: Path) -> Path:
    """The path to which a master is moved that older clients cannot read."""
    return home / "master.older.duckdb"


@contextmanager
def open_master(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private master, migrated. On leaving it is checkpointed and closed, so that its one file is complete.

    Raises StorageError for a file that is damaged, in use, of a newer Kooch, or on a full disk. Other errors of DuckDB
    are faults in a query of Kooch, and pass.
    """
    file = master_file(home)
    try:
        make_folder(home)
        make_private(file)
        connection = connect(file)
        try:
            # Memory that a step has freed goes back to the system before the next step needs it: a first load takes an
            # eighth less.
            connection.execute("SET allocator_bulk_deallocation_flush_threshold = '1MB'")
            with transaction(connection):
                migrate(connection, file)
            yield connection
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
    except (OSError, duckdb.Error) as error:
        if not isinstance(error, _STORAGE_FAULTS) and DAMAGED_BLOCK not in str(error):
            raise
        says = (error.strerror if isinstance(error, OSError) else None) or first_line(error)
        if _LOCKED in says:
            raise StorageError(f"Master {file} is open in another program. Close it, then run `kooch load`.") from error
        raise StorageError(
            f"Master {file}: {says}. Free space if the disk is full. If the file is damaged, move"
            " it away and run `kooch load`: archive, rosters and state restore it."
        ) from error


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run the statements inside in one transaction."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        # After a fatal error the connection refuses even this; closing it discards the transaction.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def single(connection: duckdb.DuckDBPyConnection, query: str) -> Any:  # noqa: ANN401 -- a value of any SQL type
    """The one value of a query that has one row."""
    rows = connection.execute(query).fetchall()
    if len(rows) != 1:
        raise StorageError(
            f"The master answers nothing to {query!r}: it is damaged. Move it away and run `kooch load`."
        )
    return rows[0][0]


def drop_unusable_master(home: Path, withdrawn: Collection[str], *, thorough: bool) -> None:
    """Take away a master that cannot be loaded into. The next one is made from the archive.

    Three kinds cannot: one in a format that older clients cannot read, which an earlier Kooch made (it is moved aside);
    one with observations of a `withdrawn` run (a key); and a damaged one that a published version shares, which
    must be replaced. With `thorough`, every value is read, which finds every damaged block.

    If the archive is not as it was listed, the new master would lack rows. Then the first kind stays, and StorageError
    is raised for the others.
    """
    file = master_file(home)
    if not file.exists():
        return
    try:
        with connect(file, read_only=True) as connection:
            is_readable_by_all = _is_readable_by_all(connection)
            has_withdrawn = _holds_any(connection, withdrawn)
            if is_shared(file):
                single(connection, "SELECT version FROM versions")
                if thorough:
                    read_all(connection)
    except duckdb.Error as error:
        # Opening it to write says what is wrong with a file that is locked, or that no version shares.
        if is_shared(file) and _LOCKED not in str(error):
            _remove(home, f"Master {file} is damaged ({first_line(error)}) and cannot be rebuilt without loss.")
        return
    if not is_readable_by_all and not manifest.faults(home, thorough=True):
        _move_aside(home)
    elif has_withdrawn:
        _remove(home, "The run cannot be withdrawn without loss.")


def _is_readable_by_all(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file has the format that Kooch chooses. Before it chose one, the format was that of the DuckDB which made it."""
    tags = single(connection, "SELECT tags FROM duckdb_databases() WHERE NOT internal")
    return str(tags.get("storage_version", "")).startswith(STORAGE)


def _holds_any(connection: duckdb.DuckDBPyConnection, runs: Collection[str]) -> bool:
    """Whether there are outcomes of one of these runs. A file may have no tables yet."""
    if not runs:
        return False
    with suppress(duckdb.CatalogException):
        return bool(
            connection.execute(
                "SELECT 1 FROM ids AS i SEMI JOIN outcomes AS o ON o.run_id = i.id"
                " WHERE i.kind = 'run' AND list_contains($keys, i.key) LIMIT 1",
                {"keys": [*runs]},
            ).fetchall()
        )
    return False


def _move_aside(home: Path) -> None:
    file, aside = master_file(home), older_master_file(home)
    try:
        for suffix in ("", ".wal"):
            if (part := file.with_name(file.name + suffix)).exists():
                part.replace(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise StorageError(
            f"Master {file} could not be moved aside ({error.strerror}). Correct the permissions."
        ) from error


def _remove(home: Path, loss: str) -> None:
    """Remove the master. Raises StorageError, which begins with the sentence `loss`, where the archive cannot replace it."""
    if faults := manifest.faults(home, thorough=True):
        raise StorageError(f"{loss} {manifest.sentence(home, faults)}")
    file = master_file(home)
    file.unlink()
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)
