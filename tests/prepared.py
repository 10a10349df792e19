"""An empty master, made once a process: a first load begins with a copy of it instead of making 200 tables and views."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import duckdb

from kooch.config import VIEWS
from kooch.files import make_folder, whole_file
from kooch.store import load, master
from kooch.store.columns import describe_shared_columns
from kooch.store.master import master_file, transaction
from kooch.store.utc import build_utc_views
from kooch.store.views import build_views

made_anew = master.open_master
"""As Kooch opens a master: made from nothing where there is none."""
_FOR_LITTLE_DATA = "SET threads = 1; RESET allocator_bulk_deallocation_flush_threshold"
"""Tests use all cores already, and hold too little for its memory to be worth giving back at every step: a tenth less CPU."""


def begin_with_a_copy() -> None:
    """From now on, every master that this process makes begins as a copy of one that holds nothing yet."""
    load.open_master = _open_copy  # type: ignore[attr-defined]  # the name by which the loader knows it


@contextmanager
def _open_copy(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    file = master_file(home)
    if not file.exists():
        # A cause that prevents the copy also prevents Kooch from making it, and Kooch says so.
        with suppress(OSError):
            make_folder(home)
            with whole_file(file) as aside:
                shutil.copyfile(empty_master(), aside)
    with made_anew(home) as connection:
        connection.execute(_FOR_LITTLE_DATA)
        yield connection


@cache
def empty_master() -> Path:
    """The file of a master that holds nothing yet, with all tables, views and macros."""
    home = Path(tempfile.mkdtemp(prefix="kooch-empty-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    with made_anew(home) as connection, transaction(connection):
        build_views(connection, VIEWS)
        describe_shared_columns(connection)
        build_utc_views(connection)
    return master_file(home)
