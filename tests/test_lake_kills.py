"""The lake under kills: four readers ask up to five times a second while pushes are killed and repeated."""

import json
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfile

import duckdb
import pytest

from kooch.store.publish import publish
from tests.commands import command
from tests.lakes import PYTHON, ask_duckdb, differences, write_settings
from tests.servers.postgres import PostgresServer
from tests.stores import bundle, claim, crawl, load, member, roster, seen

# Version n adds so many observations and n rows of drift, and each of its texts has n in it.
_A_VERSION = 100
_DUCKDB = """
from importlib.resources import files
import duckdb
connection = duckdb.connect()
for name in ("ducklake", "postgres_scanner", "httpfs"):
    folder = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    connection.execute(f"LOAD '{folder / name}.duckdb_extension'")
connection.execute(f"ATTACH 'ducklake:postgres:{catalogue}' AS lake (READ_ONLY)")
def read():
    connection.execute("BEGIN")
    found = connection.execute(
        "SELECT (SELECT version FROM lake.versions), (SELECT count(*) FROM lake.observations),"
        " (SELECT count(*) FROM lake.drift), (SELECT min(bio) FROM lake.texts), (SELECT max(bio) FROM lake.texts)"
    ).fetchone()
    connection.execute("COMMIT")
    return found
"""
_POLARS = """
import polars as pl
from ducklake_polars import list_snapshots, scan_ducklake
def read():
    latest = max(one["snapshot_id"] for one in list_snapshots(catalogue))
    def table(name):
        return scan_ducklake(catalogue, name, snapshot_version=latest)
    counts = [table(name).select(pl.len()).collect().item() for name in ("observations", "drift")]
    bios = table("texts").select(pl.col("bio").min().alias("first"), pl.col("bio").max().alias("last")).collect().row(0)
    return [table("versions").collect()["version"][0], *counts, *bios]
"""
_READER = """
import json, sys, threading
catalogue = sys.argv[1]
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
{engine}
# Without a pause the readers would take a processor from the pushes and from other tests.
while not ended.wait(0.2):
    try:
        print(json.dumps(read()), flush=True)
    except Exception as error:
        print(json.dumps([f"{{type(error).__name__}}: {{error}}"]), flush=True)
"""


@contextmanager
def reading(engine: str, catalogue: str, file: Path) -> Iterator[None]:
    """A process that reads again and again, each answer a line of `file`."""
    env = os.environ | {"PGPASSWORD": PostgresServer.password}
    program = [str(PYTHON), "-I", "-c", _READER.format(engine=engine), catalogue]
    with (
        file.open("w") as out,
        subprocess.Popen(program, stdin=subprocess.PIPE, stdout=out, stderr=out, text=True, env=env) as reader,
    ):
        yield
        assert reader.stdin is not None
        reader.stdin.close()
        reader.wait(60)


def write_version(home: Path, base: Path, number: int) -> None:
    """Publish version `number`: what `base` has, and rows by its number."""
    # A published version has the one before as its own.
    (home / "next.duckdb").unlink(missing_ok=True)
    file = copyfile(base, home / "next.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("UPDATE versions SET version = ?, published_at = now()", [number])
        connection.execute("UPDATE texts SET bio = 'version ' || ?", [number])
        connection.execute(
            "INSERT INTO drift SELECT 1, 'bluesky', 'field ' || i, 'unknown', 1 FROM range(?) AS r(i)",
            [number],
        )
        connection.execute(
            "INSERT INTO observations BY NAME SELECT o.* REPLACE (o.valid_at + to_seconds(i) AS valid_at)"
            " FROM (SELECT * FROM observations ORDER BY account_id LIMIT 1) AS o CROSS JOIN range(?) AS r(i) ORDER BY i",
            [number * _A_VERSION],
        )
        connection.execute("CHECKPOINT")
    publish(home, file, number)


def push(home: Path, *, kill_after: float | None) -> int:
    """Push; with `kill_after`, kill it and what it started after so many seconds. Returns how it ended."""
    env = os.environ | {"PGPASSWORD": PostgresServer.password}
    with subprocess.Popen(
        command(home, "lake", "push"),
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            process.communicate(timeout=kill_after or 300)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    return process.returncode


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=[pytest.mark.proof, pytest.mark.timeout(3000)])])
def test_readers_see_whole_versions_while_pushes_are_killed(times: int, tmp_path: Path) -> None:
    desk, reader = tmp_path / "desk", tmp_path / "reader"
    chance = random.Random(50)
    with PostgresServer() as postgres, ExitStack() as readers:
        catalogue = postgres.database("killed")
        for home in (desk, reader):
            write_settings(home, catalogue, tmp_path / "data")
        crawl(desk, seen("did:web:ada.test", 0, bio="version"), state="complete")
        ada = roster("people", [member("ada")], accounts=(claim("ada", "ada.test", "did:web:ada.test"),))
        load(desk, bundle(tmp_path / "lists", ada))
        base = copyfile(desk / "kooch.duckdb", tmp_path / "base.duckdb")
        write_version(desk, base, 2)
        assert push(desk, kill_after=None) == 0
        files = [tmp_path / f"{name}.txt" for name in ("duckdb-1", "duckdb-2", "polars-1", "polars-2")]
        for file in files:
            readers.enter_context(reading(_DUCKDB if "duckdb" in file.name else _POLARS, catalogue, file))

        killed, done = 0, 0
        number = 2
        while killed < times or done < times:
            number += 1
            write_version(desk, base, number)
            # Somewhere between its start and a moment after its usual end.
            while killed < times and push(desk, kill_after=chance.uniform(0.3, 4)) == -signal.SIGKILL:
                killed += 1
                if chance.random() < 0.5:
                    break
            code = push(desk, kill_after=None)
            assert code == 0
            done += 1
        readers.close()

        found = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        faults = [answer for answer in found if len(answer) == 1]
        halves = [
            answer
            for answer in found
            if len(answer) > 1 and answer[1:] != [1 + answer[0] * _A_VERSION, answer[0], *[f"version {answer[0]}"] * 2]
        ]
        held, in_lake, many = ask_duckdb(
            catalogue,
            "SELECT list(commit_message ORDER BY snapshot_id) FROM lake.snapshots() WHERE author = 'Kooch'",
            "SELECT version FROM lake.versions",
            "SELECT table_name FROM ducklake_table_info('lake') WHERE file_count > 33",
        )
        pulled = subprocess.run(
            command(reader, "lake", "pull"),
            env=os.environ | {"PGPASSWORD": postgres.password},
            check=False,
            capture_output=True,
            text=True,
        )
        print(
            f"\n{done} pushes, {killed} kills: {len(found)} reads by {len(files)} readers, {len(faults)} failed,"
            f" {len(halves)} of half a version; {len(held[0][0])} versions in the lake"
        )

        assert (faults[:3], halves[:3]) == ([], [])
        assert all(json.loads(line) for file in files for line in file.read_text().splitlines()[:1])
        # Each version once, and in order.
        assert held[0][0] == [f"version {n}" for n in range(2, number + 1)]
        assert in_lake == [[number]]
        assert many == []
        assert pulled.returncode == 0, pulled.stderr
        assert differences((desk / "kooch.duckdb").resolve(), (reader / "kooch.duckdb").resolve()) == {}
