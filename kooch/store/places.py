"""Where machines leave each other files: a folder that all of them mount, or a bucket of S3.

A file has a name such as `runs/5f/plan.json`. It is written whole, and who reads it finds the old content or the new.
All functions raise StorageError when the place cannot be reached.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from kooch.errors import ConfigError, StorageError
from kooch.files import make_folder, whole_file, write_whole
from kooch.store.locks import only_one


class Place(Protocol):
    """`str()` is the name that users know it by. `remedy` is what to do where it is not there."""

    remedy: str
    pause_seconds: float
    """How long whoever waits for a change lets pass before asking again."""

    def is_there(self) -> bool:
        """Whether files can be left here. A place that is not there is not made. Raises ConfigError where it has no locks."""

    def read(self, name: str) -> bytes | None:
        """What a file holds; None: there is none."""

    def written_at(self, name: str) -> datetime | None:
        """When a file was written, by the clock of the place; None: there is none."""

    def names(self, under: str) -> list[str]:
        """The files below `under`, in order."""

    def write(self, name: str, content: bytes) -> None:
        """When this returns, the content survives a power cut."""

    def write_file(self, name: str, file: Path) -> None:
        """The same with the content of a large file."""

    def remove(self, name: str) -> None:
        """Remove a file, if there is one."""

    def remove_all(self, under: str) -> None:
        """Remove all files below `under`."""

    def remove_empty(self, under: str) -> None:
        """Remove what is left of `under` where it holds no file."""

    def now(self) -> datetime:
        """What time it is for the place: the time of a file that is written now."""

    def alone(self, what: str, *, wait: bool = False) -> AbstractContextManager[None]:
        """Be the only process that does `what`. Where another does, wait with `wait`, or raise RunningError."""

    def as_home(self) -> AbstractContextManager[Path]:
        """A folder in which the published version of this place stands as in a data folder."""


def place_of(name: str) -> Place:
    """The place that `name` names: a path, or `s3://BUCKET/FOLDER`. Raises ConfigError for a bucket without what it needs."""
    if not name.startswith("s3://"):
        return Folder(Path(name).expanduser().absolute())
    try:
        from kooch.store.bucket import Bucket  # noqa: PLC0415 -- an extra that few need
    except ModuleNotFoundError as error:
        if error.name != "obstore":
            raise
        raise ConfigError(f"{name} needs obstore. Install it with `pip install 'kooch[s3]'`, or `make s3`.") from None
    return Bucket(name)


class Folder:
    """A folder. Locks and renames must work there as on a disk, as they do on NFS 4 and CephFS."""

    remedy = "Mount it"
    pause_seconds = 1.0

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def is_there(self) -> bool:
        return self.path.is_dir()

    def read(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self.path / name, error) from error

    def written_at(self, name: str) -> datetime | None:
        try:
            return datetime.fromtimestamp((self.path / name).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self.path / name, error) from error

    def names(self, under: str) -> list[str]:
        def refuse(error: OSError) -> None:
            # The loader may remove a run meanwhile.
            if not isinstance(error, FileNotFoundError):
                raise _unreadable(self.path / under, error) from error

        return sorted(
            (Path(folder) / name).relative_to(self.path).as_posix()
            for folder, _, names in os.walk(self.path / under, onerror=refuse)
            for name in names
            if not name.startswith(".")
        )

    def write(self, name: str, content: bytes) -> None:
        with self._naming_faults():
            make_folder((self.path / name).parent)
            write_whole(self.path / name, content)

    def write_file(self, name: str, file: Path) -> None:
        with self._naming_faults():
            make_folder((self.path / name).parent)
            with whole_file(self.path / name) as aside:
                shutil.copyfile(file, aside)

    def remove(self, name: str) -> None:
        with self._naming_faults():
            (self.path / name).unlink(missing_ok=True)

    def remove_all(self, under: str) -> None:
        shutil.rmtree(self.path / under, ignore_errors=True)

    def remove_empty(self, under: str) -> None:
        with suppress(OSError):
            (self.path / under).rmdir()

    def now(self) -> datetime:
        name = f"locks/clock-{uuid4().hex}"
        self.write(name, b"")
        try:
            at = self.written_at(name)
        finally:
            self.remove(name)
        if at is None:
            raise StorageError(f"Shared folder {self} has lost a file that was just written. Mount it, then repeat.")
        return at

    def alone(self, what: str, *, wait: bool = False) -> AbstractContextManager[None]:
        return only_one(self.path, what, wait=wait)

    @contextmanager
    def as_home(self) -> Iterator[Path]:
        yield self.path

    @contextmanager
    def _naming_faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"Shared folder {self.path} cannot be written ({error.strerror}). Nothing is lost: mount it, free space or"
                " correct the permissions, then repeat."
            ) from error


def _unreadable(file: Path, error: OSError) -> StorageError:
    return StorageError(f"{file} cannot be read ({error.strerror}). Mount the shared folder, then repeat.")
