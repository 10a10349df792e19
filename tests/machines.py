"""Machines that run `kooch` at the same time, each with a data folder of its own; any of them may be killed.

A process that has imported Kooch, this module run as a program, forks one for each command, as `tests.commands` does. On all
machines it is `AT` for ever, so that what two crawls have seen can be compared; with `clock_ahead` it is so much later.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from kooch import times
from tests.commands import become, end, prepare

_SECONDS = 1200
"""So long may a command take: several share this machine."""
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A command that was started. `out` and `err` are the files that it writes."""

    pid: int
    out: Path
    err: Path

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command has ended, and what it printed. A signal is a negative code."""

    code: int
    out: str
    err: str


class Machines:
    """Starts commands and waits for them. Use it as a context manager; whoever still runs then is killed."""

    def __init__(self, folder: Path, lists: Path) -> None:
        self._folder, self._lists = folder, lists
        self._running: dict[int, Process] = {}
        self._count = 0

    def __enter__(self) -> Self:
        program = [sys.executable, "-W", "error", "-m", "tests.machines", str(self._lists)]
        root = Path(__file__).parents[1]
        self._server = subprocess.Popen(program, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in list(self._running.values()):
            process.kill()
            self.wait(process)
        self._server.communicate()

    def start(self, home: Path, *words: str, clock_ahead: float = 0, room: int = 0, **env: str) -> Process:
        """Begin `kooch --home HOME WORDS…`. The clock is `clock_ahead` seconds ahead of the others'.

        With `room` no file can have more bytes: so a disk is full.
        """
        self._count += 1
        out, err = (self._folder / f"{self._count}.{name}" for name in ("out", "err"))
        # One that is killed at once has not made them.
        out.touch()
        err.touch()
        called = ["--home", str(home), *words]
        pid = self._ask("start", called, {**os.environ, **env}, str(out), str(err), clock_ahead, room)
        process = self._running[pid] = Process(pid=pid, out=out, err=err)
        return process

    def wait(self, process: Process) -> Ended:
        """Wait until a command has ended."""
        code = self._ask("wait", process.pid)
        del self._running[process.pid]
        return Ended(code=code, out=process.out.read_text("utf-8"), err=process.err.read_text("utf-8"))

    def has_ended(self, process: Process) -> bool:
        return bool(self._ask("has_ended", process.pid))

    def run(self, home: Path, *words: str, clock_ahead: float = 0, room: int = 0, **env: str) -> Ended:
        """The same, to its end."""
        return self.wait(self.start(home, *words, clock_ahead=clock_ahead, room=room, **env))

    def _ask(self, *question: object) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(f"{json.dumps(question)}\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


def _serve(lists: str) -> None:
    main = prepare([lists])
    for line in sys.stdin:
        match json.loads(line):
            case "start", words, env, out, err, ahead, room:
                answer = os.fork()
                if answer == 0:
                    become(words, env, str(Path.cwd()), [out, err])
                    signal.alarm(_SECONDS)
                    _stop_clock(AT + timedelta(seconds=ahead))
                    if "AWS_ENDPOINT_URL_S3" in env:
                        _shorten_locks()
                    if room:
                        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
                    end(main)
            case "wait", pid:
                answer = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            case "has_ended", pid:
                # A process that has ended stays there until somebody waits for it.
                answer = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
            case other:
                raise AssertionError(other)
        print(int(answer), flush=True)
    os._exit(0)


def _shorten_locks() -> None:
    """A lock in a bucket ends five seconds after its process: tests kill many."""
    from kooch.store import bucket  # noqa: PLC0415 -- few tests have a bucket

    bucket.BEAT_SECONDS, bucket.DEAD_SECONDS = 0.5, 5


def _stop_clock(at: datetime) -> None:
    """In place of `kooch.times.now`, wherever that was imported, and of the clock of the shared folder."""
    real = times.now
    for module in list(sys.modules.values()):
        if getattr(module, "now", None) is real:
            vars(module)["now"] = lambda: at
    from kooch.store import sharing  # noqa: PLC0415 -- it is loaded already

    sharing.clock_of = lambda place: AT  # noqa: ARG005 -- as it is called


if __name__ == "__main__":
    _serve(sys.argv[1])
