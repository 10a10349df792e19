"""The machine for the loop: real clocks, crawls as child processes, and the signals that end them."""

import fcntl
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from kooch.errors import StorageError
from kooch.times import now


class Processes:
    """Make one with `processes(home)`."""

    def __init__(self, home: Path, wakeup: int) -> None:
        self.pid = os.getpid()
        self.stopped_by: int | None = None
        self._home = home
        self._wakeup = wakeup
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def is_stopping(self) -> bool:
        return self.stopped_by is not None

    def now(self) -> datetime:
        return now()

    def wait(self, seconds: float) -> None:
        # The kernel counts this on the monotonic clock; signals, a child's end among them, write into the pipe.
        readable, _, _ = select.select([self._wakeup], [], [], seconds)
        if readable:
            os.read(self._wakeup, 1024)

    def start(
        self, platforms: Sequence[str], roster: str | None, *, since: datetime, is_recheck: bool, shard: str | None
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "kooch", "--home", str(self._home), "crawl", *platforms]
        command += ["--since", since.isoformat()]
        if roster:
            command += ["--roster", roster]
        if shard:
            command += ["--shard", shard]
        if is_recheck:
            command.append("--recheck")
        try:
            handle = self._lock_file()
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The child inherits the lock, which it holds if it outlives us. It has a group of its own, so that
                # Ctrl-C reaches it only through us.
                self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(handle,), process_group=0)  # noqa: S603 -- our own command
            finally:
                os.close(handle)
        except OSError as error:
            raise StorageError(f"A crawl cannot be started ({error.strerror}). It is tried again.") from error
        if self.stopped_by is not None:
            self._child.send_signal(self.stopped_by)
        return self._child

    def has_orphan(self) -> bool:
        handle = self._lock_file()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def stop(self, number: int, _frame: FrameType | None) -> None:
        self.stopped_by = number
        if self._child is not None:
            self._child.send_signal(number)

    def _lock_file(self) -> int:
        file = self._home / "locks" / "scheduled-crawl"
        try:
            return os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(f"Lock {file} cannot be made ({error.strerror}). Correct the permissions.") from error


@contextmanager
def processes(home: Path) -> Iterator[Processes]:
    """The world with signal handlers installed; only in the main thread."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    world = Processes(home, reader)
    wanted = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    # Under nohup a closed terminal must not end the loop.
    wanted = [number for number in wanted if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, world.stop) for number in wanted}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    unhooked = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield world
    finally:
        signal.set_wakeup_fd(unhooked)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
