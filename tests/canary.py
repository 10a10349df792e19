"""A secret that must be nowhere: a canary token, and everything in which a run could have left it."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


class Watched:
    """Runs commands of Kooch with the secret in their environment, and keeps what they print and how they were called.

    `outputs` and `command_lines` are what everybody on the machine could have read.
    """

    def __init__(self, home: Path, env: dict[str, str]) -> None:
        self._home, self._env = home, {**os.environ, "PYTHONFAULTHANDLER": "1", **env}
        self.outputs: list[str] = []
        self.command_lines: set[str] = set()

    def run(self, *words: str, module: str = "kooch", **env: str) -> subprocess.CompletedProcess[str]:
        """One command to its end; `module` may be `scrapy`."""
        home = ("--home", str(self._home)) if module == "kooch" else ()
        process = subprocess.Popen(
            [sys.executable, "-m", module, *home, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**self._env, "KOOCH_HOME": str(self._home), **env},
            cwd=Path(__file__).parents[1],
        )
        has_ended = threading.Event()
        watch = threading.Thread(target=self._watch, args=(has_ended,))
        watch.start()
        out, err = process.communicate(timeout=120)
        has_ended.set()
        watch.join()
        self.outputs += [out, err]
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def _watch(self, has_ended: threading.Event) -> None:
        while not has_ended.is_set():
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    self.command_lines.add(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            time.sleep(0.02)


def traces(secret: str, home: Path, watched: Watched) -> list[str]:
    """The places that hold `secret`: files by their bytes and by their unpacked content, outputs, command lines."""
    found = [f"output: {text}" for text in watched.outputs if secret in text]
    found += [f"command line: {line}" for line in watched.command_lines if secret in line]
    for file in sorted(home.rglob("*")):
        if file.is_file() and not file.is_symlink():
            if secret.encode() in file.read_bytes() or secret in str(file):
                found.append(f"bytes of {file}")
            found += [f"{place} of {file}" for place, text in _unpacked(file) if secret in text]
    return found


def _unpacked(file: Path) -> Iterator[tuple[str, str]]:
    """What a file holds compressed, or in pages that may cut a text in two."""
    match file.suffix:
        case ".parquet":
            table = pq.read_table(file)
            yield "rows", str(table.to_pylist())
            yield "metadata", str(table.schema.metadata)
        case ".sqlite":
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
                for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                    yield f"table {table}", str(connection.execute(f'SELECT * FROM "{table}"').fetchall())
        case ".duckdb":
            with duckdb.connect(str(file), read_only=True) as connection:
                for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                    yield (
                        f"table {table}",
                        str(connection.execute(f'SELECT CAST(t AS TEXT) FROM "{table}" AS t').fetchall()),
                    )
