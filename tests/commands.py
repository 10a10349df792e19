"""`kooch` as a command: a process of its own, with what it printed and its exit code.

Importing Kooch and what it stands on takes seconds. A process that has done so, this module run as a program, forks one
for each command.
"""

import atexit
import gc
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from kooch import config
from tests.stores import bundle

_SECONDS = 240
_NEEDED_LATER = (
    "crawlers.backfill",
    "crawlers.crawling",
    "crawlers.sharding",
    "duckdb",
    "pandas",
    "polars",
    "pyarrow.parquet",
)
"""What commands import when they need it: done once, for all of them."""


def command(home: Path, *words: str) -> list[str]:
    """What a shell calls: for a test that sends its process signals or input."""
    return [sys.executable, "-W", "error", "-m", "kooch", "--home", str(home), *words]


def kooch(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `kooch --home HOME WORDS…` in this folder and environment, changed by `env`, to its end.

    Warnings are errors in it. It has no input, and SIGALRM ends it after four minutes.
    """
    return _run(_server(None), home, words, env)


def kooch_without_lists(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The same, of a Kooch that comes with platforms and no lists: it loads in a tenth of the time."""
    return _run(_server(_no_lists()), home, words, env)


def _run(
    server: subprocess.Popen[str], home: Path, words: Sequence[str], env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    called = ["--home", str(home), *words]
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        wanted = [called, {**os.environ, **env}, str(Path.cwd()), str(out), str(err)]
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(f"{json.dumps(wanted)}\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(called, code, out.read_text("utf-8"), err.read_text("utf-8"))


def on_a_terminal(home: Path, *words: str, typed: str = "", **env: str) -> str:
    """The output of `kooch` for a person, with its complaints. `typed` is what the person types, one line an answer."""
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        command(home, *words),
        stdin=writer,
        stdout=writer,
        stderr=writer,
        env={**os.environ, **env, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"},
    )
    os.close(writer)
    os.write(reader, typed.encode())
    said = b""
    # Linux ends a terminal that nobody writes to with an error.
    with suppress(OSError):
        while part := os.read(reader, 4096):
            said += part
    os.close(reader)
    process.wait(timeout=60)
    return said.decode()


@cache
def _no_lists() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kooch-lists-"))
    atexit.register(shutil.rmtree, folder)
    return bundle(folder)


@cache
def _server(lists: Path | None) -> subprocess.Popen[str]:
    """Started for the first command of this process, ended with this process."""
    program = [sys.executable, "-W", "error", "-m", "tests.commands", *([str(lists)] if lists else [])]
    root = Path(__file__).parents[1]
    server = subprocess.Popen(program, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def prepare(lists: Sequence[str]) -> Callable[[], None]:
    """Import what commands need, and return what a command calls. `lists` is a folder that comes with Kooch, if any."""
    for folder in lists:
        # Before anybody has taken the name.
        config.BUNDLED_ROSTERS = Path(folder)
    from kooch.cli import main  # noqa: PLC0415 -- this is what the server is for; a test need not import it

    for module in _NEEDED_LATER:
        import_module(module)
    prepared = import_module("tests.prepared")
    prepared.begin_with_a_copy()
    prepared.empty_master()
    gc.freeze()
    return main


def _serve(lists: Sequence[str]) -> None:
    main = prepare(lists)
    for line in sys.stdin:
        words, env, folder, *outputs = json.loads(line)
        child = os.fork()
        if child == 0:
            become(words, env, folder, outputs)
            end(main)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os._exit(0)


def end(main: Callable[[], None]) -> NoReturn:
    """Call `main` and end as Python would, without taking down all that was imported: that takes ten times as long."""
    code: object = 1
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 -- as Python ends
        traceback.print_exc()
    # Python now complains about anything that was left open.
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else code is not None)


def become(words: list[str], env: dict[str, str], folder: str, outputs: list[str]) -> None:
    """Make this process one that a shell has started with these words."""
    signal.alarm(_SECONDS)
    for descriptor, file in enumerate([os.devnull, *outputs]):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["kooch", *words]


if __name__ == "__main__":
    _serve(sys.argv[1:])
