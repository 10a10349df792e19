"""DuckDB is opened in one place, and draws nothing into the output of a command."""

import re
from pathlib import Path

import pytest

from tests.test_store import run_python

ROOT = Path(__file__).parent.parent

OPEN = """
import duckdb
from kooch.connections import connect

opened = duckdb.connect


def opened_with_an_early_bar(*arguments, **more):
    connection = opened(*arguments, **more)
    connection.execute("SET progress_bar_time = 50")  # milliseconds
    return connection


duckdb.connect = opened_with_an_early_bar
"""
SLOW_QUERY = "SELECT sum(sin(a.range + b.range)) FROM range(5000) AS a, range(5000) AS b"


@pytest.mark.parametrize(("opened_by", "is_drawn"), [("connect", False), ("duckdb.connect", True)])
def test_a_slow_query_draws_no_bar(opened_by: str, is_drawn: bool) -> None:  # noqa: FBT001 -- a case
    done = run_python(f"{OPEN}\n{opened_by}().execute({SLOW_QUERY!r}).fetchall()")

    assert done.returncode == 0, done.stderr
    assert bool(done.stdout) is is_drawn


def test_kooch_opens_duckdb_in_one_place() -> None:
    # The lake is written by a process with another DuckDB, which imports nothing of Kooch.
    own = {"bench/lake.py", "kooch/connections.py", "kooch/lake/engine.py"}
    opening = {
        str(file.relative_to(ROOT))
        for folder in ("analytics", "bench", "crawlers", "kooch", "pages")
        for file in (ROOT / folder).rglob("*.py")
        if re.search(r"\bduckdb\.connect\(", file.read_text(encoding="utf-8"))
    }

    assert opening == own
