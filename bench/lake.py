"""What the lake costs: bytes an observation, and a push of new rows against the same rows in plain Parquet files."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from bench.figures import Figure
from bench.simulation import World
from kooch.config import BUNDLED_ROSTERS, VIEWS, load_settings
from kooch.lake.lake import push
from kooch.store.load import load
from kooch.store.versions import open_version, reading_file
from tests.lakes import PYTHON, write_settings
from tests.servers.postgres import PostgresServer

_PLAIN = """
import json, sys, time
import duckdb
file, folder, written = sys.argv[1:]
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
connection.execute(f"ATTACH '{file}' AS kooch (READ_ONLY)")
began = time.perf_counter()
for name, rows in json.loads(written).items():
    last = f"SELECT * FROM kooch.{name} WHERE rowid > (SELECT max(rowid) FROM kooch.{name}) - {rows}"
    connection.execute(f"COPY ({last}) TO '{folder}/{name}.parquet' (COMPRESSION zstd)")
print(time.perf_counter() - began)
"""


def measure_lake(world: World, home: Path, *, days: range, is_full: bool) -> Iterator[Figure]:
    """Push what `home` has published, then these days. Its kooch.toml names the lake afterwards."""
    with PostgresServer() as postgres, patch.dict(os.environ, {"PGPASSWORD": postgres.password}):
        write_settings(home, postgres.database("bench"), home / "lake")
        settings = load_settings(home)
        began = time.perf_counter()
        push(settings)
        took = time.perf_counter() - began
        with open_version(reading_file(home)) as connection:
            ((rows,),) = connection.execute("SELECT count(*) FROM observations").fetchall()
        held = sum(file.stat().st_size for file in (home / "lake").rglob("*.parquet"))
        yield Figure(what=f"push of {rows:,} observations into an empty lake", figure=took, unit="s")
        yield Figure(
            what="an observation in the lake", figure=held / rows, unit="bytes", target=30 if is_full else None
        )
        world.spool(home, days=days, files_a_day=4)
        load(home, views=VIEWS, bundled=BUNDLED_ROSTERS)
        what = f"{world.accounts * len(days):,} new rows"
        began = time.perf_counter()
        pushed = push(settings)
        yield Figure(what=f"push of {what}", figure=time.perf_counter() - began, unit="s")
        plain = _write_plain(reading_file(home), home, pushed.written)
        yield Figure(what=f"plain Parquet files of {what} and the tables they change", figure=plain, unit="s")
        yield Figure(
            what="writing them into the lake against plain Parquet",
            figure=pushed.seconds / plain,
            unit="times",
            target=2 if is_full else None,
        )


def _write_plain(file: Path, home: Path, written: dict[str, int]) -> float:
    """Seconds that the engine's DuckDB takes to write as many rows into a file for each table."""
    folder = home / "plain"
    folder.mkdir()
    words = [str(PYTHON), "-I", "-c", _PLAIN, str(file), str(folder), json.dumps(written)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])
