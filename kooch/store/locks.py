"""One loader, one crawl of a platform: advisory locks that die with their process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kooch.errors import RunningError, StorageError
from kooch.files import make_folder
from kooch.times import now


@contextmanager
def only_one(home: Path, what: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock `what`. If it is taken, wait with `wait`, or raise RunningError with the name of the holder."""
    file = home / "locks" / what
    try:
        make_folder(home)
        file.parent.mkdir(exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(
            f"Lock {file} cannot be made ({error.strerror}). Correct the permissions of the data folder."
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            holder = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another process"
            raise RunningError(f"A {what} is already running: {holder}. Wait for it, or end it.") from None
        # The file names the holder for messages; a full disk may refuse that.
        with suppress(OSError):
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} since {now():%Y-%m-%d %H:%M:%S} UTC".encode(), 0)
        yield
    finally:
        os.close(handle)
