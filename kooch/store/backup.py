"""A copy of everything that the published data can be rebuilt from, whole or not at all."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from kooch.errors import StorageError
from kooch.files import whole_folder
from kooch.store import manifest
from kooch.store.locks import only_one
from kooch.store.spool import archive_folder, spool_folder
from kooch.store.state import open_state, state_file
from kooch.times import now


def write_backup(home: Path, into: Path) -> Path:
    """Copy state, archive, spool, lists and settings into a new dated folder in `into`, and return it.

    Raises StorageError, and leaves nothing, where it cannot be written, or where a file of the archive is not as the
    manifest lists it: the copy is compared, so that it is known to be good.
    """
    target = into.absolute() / f"kooch-{now():%Y%m%d-%H%M%S}"
    # No load may move batches from the spool to the archive meanwhile.
    with only_one(home, "load", wait=True):
        try:
            with whole_folder(target) as aside:
                aside.chmod(0o700)
                _copy(home, aside)
                if faults := manifest.faults(aside, thorough=True):
                    raise StorageError(f"No backup was written. {manifest.sentence(home, faults)}")
        except OSError as error:
            raise StorageError(
                f"Backup {target} could not be written ({error.strerror or error}). Choose another folder or free space."
            ) from error
    return target


def _copy(home: Path, folder: Path) -> None:
    with open_state(home) as state, closing(sqlite3.connect(folder / state_file(home).name)) as copy:
        state.backup(copy)
        (folder / state_file(home).name).chmod(0o600)
    for kept in (archive_folder(home), spool_folder(home), home / "rosters", home / "platforms"):
        if kept.exists():
            shutil.copytree(kept, folder / kept.name, ignore=shutil.ignore_patterns("*.partial"))
    if (home / "kooch.toml").exists():
        shutil.copy2(home / "kooch.toml", folder)
