"""From the private master to a version for everybody: copy, fsync, rename, swap a link.

Two files a version: `published/kooch-N.duckdb` for shells and notebooks (`kooch.duckdb` leads to it), and
`published/reading-N.duckdb` for Kooch's own commands and app. A shell that opens the first one read-write locks
out every reader of that file; nobody else ever opens the second. The second file of the version before is kept, so that
a page or a command that began with it can finish with it.

Between two loads the second and the master are one file under two names. A load that changes the master gives it a file
of its own first.
"""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from kooch.errors import StorageError
from kooch.files import make_folder, point, remove_unfinished, whole_file, write_whole

KEPT = {"kooch": 1, "reading": 2}
"""How many versions have such a file. More would cost a whole copy of the data each."""

_PULLED = "pulled.txt"


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


def is_shared(master: Path) -> bool:
    """Whether `master` is the file of a published version, too."""
    return master.is_file() and master.stat().st_nlink > 1


def make_private(master: Path) -> None:
    """Give `master` a file of its own if a published version has the same one: what is published never changes."""
    for left in master.parent.glob(f".{master.name}.*"):
        left.unlink(missing_ok=True)
    if is_shared(master):
        _copy(master, master)


def publish(home: Path, master: Path, version: int) -> None:
    """Make the closed, checkpointed `master` readable as `version`. On StorageError the last version stays."""
    _place(home, master, version)
    _prune(published_folder(home))


def publish_pulled(home: Path, file: Path, version: int) -> None:
    """Publish a version that was pulled from a lake, and keep no other: it may be older than the one before.

    From now on the folder loads nothing.
    """
    write_whole(home / _PULLED, f"{version}\n")
    _place(home, file, version)
    remove_older(home, version)


def is_pulled(home: Path) -> bool:
    """Whether the published version was pulled from a lake."""
    return (home / _PULLED).exists()


def _place(home: Path, master: Path, version: int) -> None:
    folder = published_folder(home)
    try:
        make_folder(folder)
        for name, put in (("kooch", _copy), ("reading", _share)):
            put(master, folder / f"{name}-{version:08}.duckdb")
            point(folder / f"{name}.duckdb", f"{name}-{version:08}.duckdb")
        point(home / "kooch.duckdb", f"{folder.name}/kooch-{version:08}.duckdb")
    except OSError as error:
        raise StorageError(
            f"Publishing version {version} into {folder} failed ({error.strerror}). Nothing is lost: free space or"
            " correct the permissions, then run `kooch load`."
        ) from error


def remove_older(home: Path, version: int) -> None:
    """Remove every published version but `version`, for example if they hold data that must not be read any more."""
    for file in published_folder(home).glob("*-*.duckdb*"):
        if f"{version:08}" not in file.name:
            file.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with whole_file(target) as aside:
        shutil.copyfile(source, aside)


def _share(source: Path, target: Path) -> None:
    """Make `target` another name of the file `source`; a copy where the file system knows no such names."""
    with whole_file(target) as aside:
        try:
            aside.hardlink_to(source)
        except OSError:
            shutil.copyfile(source, aside)
        # If the file for shells is younger, a shell has written to it.
        os.utime(aside)


def _prune(folder: Path) -> None:
    with suppress(OSError):
        remove_unfinished(folder)
    for name, kept in KEPT.items():
        for old in _versions(folder, name)[:-kept]:
            # A shell that has it open goes on reading it after it is deleted.
            with suppress(OSError):
                old.unlink()
                old.with_name(f"{old.name}.wal").unlink(missing_ok=True)
