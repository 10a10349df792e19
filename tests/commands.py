"""`kooch` as a command: a process of its own, with what it printed and its exit code.

Importing Kooch and what it stands on takes most of a second. A process that has done so, this module run as a program,
forks one for each command.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_SECONDS = 120


def command(home: Path, *words: str) -> list[str]:
    """What a shell calls: for a test that sends its process signals or input."""
    return [sys.executable, "-W", "error", "-m", "kooch", "--home", str(home), *words]


def kooch(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `kooch --home HOME WORDS…` in this folder and environment, changed by `env`, to its end.

    Warnings are errors in it. It has no input, and SIGALRM ends it after two minutes.
    """
    called = ["--home", str(home), *words]
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        wanted = [called, {**os.environ, **env}, str(Path.cwd()), str(out), str(err)]
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(f"{json.dumps(wanted)}\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(called, code, out.read_text("utf-8"), err.read_text("utf-8"))


@cache
def _server() -> subprocess.Popen[str]:
    """Started for the first command of this process, ended with this process."""
    program = [sys.executable, "-W", "error", "-m", "tests.commands"]
    root = Path(__file__).parents[1]
    server = subprocess.Popen(program, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def _serve() -> None:
    from kooch.cli import main  # noqa: PLC0415 -- this is what the server is for; a test need not import it

    for line in sys.stdin:
        words, env, folder, *outputs = json.loads(line)
        child = os.fork()
        if not child:
            _become(words, env, folder, outputs)
            main()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(words: list[str], env: dict[str, str], folder: str, outputs: list[str]) -> None:
    """Make this process one that a shell has started with these words."""
    signal.alarm(_SECONDS)
    for descriptor, file in enumerate([os.devnull, *outputs]):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["kooch", *words]


if __name__ == "__main__":
    _serve()
