"""From the private master to a version for everybody: copy, fsync, rename, swap a link.

Two files a version: `published/kooch-N.duckdb` for shells and notebooks (`kooch.duckdb` leads to it), and
`published/reading-N.duckdb` for Kooch's own commands and app. A shell that opens the first one read-write locks
out every reader of that file; nobody else ever opens the second.
"""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from kooch.errors import StorageError
from kooch.files import make_folder, point, remove_unfinished, whole_file

KEPT = 3


def published_folder(home: Path) -> Path:
    return home / "published"


def last_version(home: Path) -> int:
    """The highest version among the published files, whichever master made it; 0 if there are none."""
    return max((int(_digits(file)) for file in _versions(published_folder(home), "kooch")), default=0)


def _versions(folder: Path, name: str) -> list[Path]:
    """The files of versions, oldest first. Other files in the folder are left alone."""
    return sorted(
        file for file in folder.glob(f"{name}-*.duckdb") if file.is_file() and re.fullmatch(r"[0-9]{8}", _digits(file))
    )


def _digits(file: Path) -> str:
    return file.stem.rpartition("-")[2]


def publish(home: Path, master: Path, version: int) -> None:
    """Make the closed, checkpointed `master` readable as `version`. On StorageError the last version stays."""
    folder = published_folder(home)
    try:
        make_folder(folder)
        for name in ("kooch", "reading"):
            _copy(master, folder / f"{name}-{version:08}.duckdb")
            point(folder / f"{name}.duckdb", f"{name}-{version:08}.duckdb")
        point(home / "kooch.duckdb", f"{folder.name}/kooch-{version:08}.duckdb")
    except OSError as error:
        raise StorageError(
            f"Publishing version {version} into {folder} failed ({error.strerror}). Nothing is lost: free space or"
            " correct the permissions, then run `kooch load`."
        ) from error
    _prune(folder)


def _copy(source: Path, target: Path) -> None:
    with whole_file(target) as aside:
        shutil.copyfile(source, aside)


def _prune(folder: Path) -> None:
    with suppress(OSError):
        remove_unfinished(folder)
    for name in ("kooch", "reading"):
        for old in _versions(folder, name)[:-KEPT]:
            # A shell that has it open goes on reading it after it is deleted.
            with suppress(OSError):
                old.unlink()
                old.with_name(f"{old.name}.wal").unlink(missing_ok=True)
