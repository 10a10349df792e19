"""Lakes for tests: their settings, what an outside DuckDB and Polars read of them, and whether two versions are equal."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import duckdb

from tests.servers.postgres import PostgresServer

PYTHON = Path(__file__).parent / "clients" / ".lake" / "bin" / "python"
"""An environment of its own, with the DuckDB that writes and reads the lake, and Polars."""
_DUCKDB = """
import json, sys
from importlib.resources import files
import duckdb
catalogue, *questions = sys.argv[1:]
connection = duckdb.connect()
for name in ("ducklake", "postgres_scanner", "httpfs"):
    folder = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    connection.execute(f"LOAD '{folder / name}.duckdb_extension'")
connection.execute(f"ATTACH 'ducklake:postgres:{catalogue}' AS lake (READ_ONLY)")
print(json.dumps([connection.execute(question).fetchall() for question in questions], default=str))
"""
_POLARS = """
import json, sys
import polars as pl
from ducklake_polars import scan_ducklake
catalogue, *tables = sys.argv[1:]
print(json.dumps([scan_ducklake(catalogue, table).select(pl.len()).collect().item() for table in tables]))
"""


def write_settings(home: Path, catalogue: str, data: Path | str) -> None:
    """A kooch.toml whose lake this is."""
    home.mkdir(parents=True, exist_ok=True)
    lines = ("[lake]", f'catalogue = "{catalogue}"', f'data = "{data}"', f'python = "{PYTHON}"', "")
    (home / "kooch.toml").write_text("\n".join(lines), encoding="utf-8")


def ask_duckdb(catalogue: str, *questions: str) -> list[list[list[Any]]]:
    """What DuckDB 1.5 answers, with nothing of Kooch: the rows of each question; the lake is `lake`."""
    answers: list[list[list[Any]]] = _ask(_DUCKDB, catalogue, *questions)
    return answers


def count_by_polars(catalogue: str, *tables: str) -> list[int]:
    """How many rows Polars finds in each table."""
    counts: list[int] = _ask(_POLARS, catalogue, *tables)
    return counts


def _ask(program: str, *words: str) -> Any:  # noqa: ANN401 -- whatever the program prints
    assert PYTHON.exists(), f"{PYTHON} is missing: run `make test` once"
    env = os.environ | {"PGPASSWORD": PostgresServer.password}
    done = subprocess.run(
        [str(PYTHON), "-I", "-c", program, *words], check=True, capture_output=True, text=True, env=env, timeout=120
    )
    return json.loads(done.stdout.splitlines()[-1])


def differences(one: Path, other: Path) -> dict[str, int]:
    """The tables and views of which two versions have different rows, and how many; also those that one of them lacks."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{one}' AS one (READ_ONLY)")
        connection.execute(f"ATTACH '{other}' AS other (READ_ONLY)")
        found = {}
        names: dict[str, set[tuple[str, str]]] = {
            database: set(
                connection.execute(
                    "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $name"
                    " UNION SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = $name AND NOT internal",
                    {"name": database},
                ).fetchall()
            )
            for database in ("one", "other")
        }
        for schema, name in sorted(names["one"] ^ names["other"]):
            found[f"{schema}.{name}"] = -1
        for schema, name in sorted(names["one"] & names["other"]):
            mine, theirs = (f"SELECT * FROM {database}.{schema}.{name}" for database in ("one", "other"))
            apart = f"({mine} EXCEPT ALL {theirs}) UNION ALL ({theirs} EXCEPT ALL {mine})"
            ((n,),) = connection.execute(f"SELECT count(*) FROM ({apart})").fetchall()
            if n:
                found[f"{schema}.{name}"] = n
        return found
