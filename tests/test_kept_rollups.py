"""A rollup keeps its rows while the tables that it reads hold the same, and is computed again when one of them does not."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from kooch.config import VIEWS
from kooch.store.schema import migrate
from kooch.store.selects import read_selects
from kooch.store.views import build_views

SELECTS = {
    "views/known_words": "SELECT word, letters FROM words WHERE letters > 0",
    "rollups/lengths": "SELECT DISTINCT letters FROM known_words",
    "rollups/longest": "SELECT max(letters) AS letters FROM lengths",
    "rollups/clock": "SELECT epoch_us(now()) AS letters",
}
FORGED = -1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, sql in SELECTS.items():
        file = tmp_path / f"{name}.sql"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"-- One row.\n{sql}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def connection(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two words of five and three letters, and rollups of them. `longest` has a row that no computation gives it."""
    with duckdb.connect() as connection:
        migrate(connection, folder)
        connection.execute("CREATE TABLE words (word VARCHAR, letters INTEGER)")
        connection.execute("INSERT INTO words VALUES ('kooch', 5), ('koo', 3)")
        build_views(connection, folder)
        connection.execute(f"INSERT INTO longest VALUES ({FORGED})")
        yield connection


def letters(connection: duckdb.DuckDBPyConnection, table: str) -> list[int]:
    return [n for (n,) in connection.execute(f"SELECT letters FROM {table} ORDER BY letters").fetchall()]


def test_where_nothing_changed_nothing_is_computed(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    build_views(connection, folder)

    assert letters(connection, "longest") == [FORGED, 5]


def test_a_change_is_seen_through_a_view_and_a_rollup(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.execute("INSERT INTO words VALUES ('migration', 9)")
    build_views(connection, folder)

    assert letters(connection, "lengths") == [3, 5, 9]
    assert letters(connection, "longest") == [9]


def test_a_rollup_that_comes_out_the_same_changes_no_other(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.execute("INSERT INTO words VALUES ('gab', 3)")
    connection.execute(f"INSERT INTO lengths VALUES ({FORGED})")
    build_views(connection, folder)

    assert letters(connection, "lengths") == [3, 5]
    assert letters(connection, "longest") == [FORGED, 5]


def test_changes_that_cancel_out_in_a_weighted_sum_are_seen(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    connection.execute("DELETE FROM words")
    connection.execute("INSERT INTO words SELECT n, 10 + n FROM range(3) AS t (n)")
    build_views(connection, folder)
    connection.execute("UPDATE words SET letters = letters + [1, -2, 1][1 + word::INTEGER]")
    build_views(connection, folder)

    assert letters(connection, "lengths") == [9, 11, 13]


def test_all_can_be_computed_anew(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    build_views(connection, folder, anew=True)

    assert letters(connection, "longest") == [5]


def test_what_reads_the_clock_is_always_computed(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    before = letters(connection, "clock")
    build_views(connection, folder)

    assert letters(connection, "clock") > before


def test_a_new_text_is_computed(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    (folder / "rollups" / "longest.sql").write_text("-- One row.\nSELECT min(letters) AS letters FROM lengths\n")
    build_views(connection, folder)

    assert letters(connection, "longest") == [3]


def test_a_rollup_whose_file_is_gone_goes(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    (folder / "rollups" / "longest.sql").unlink()
    build_views(connection, folder)

    assert connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'longest'").fetchall() == []
    assert connection.execute("SELECT name FROM rollup_inputs ORDER BY name").fetchall() == [("clock",), ("lengths",)]


def test_what_sql_reads_besides_tables_is_now_alone() -> None:
    others = {
        *("age", "current_date", "current_localtime", "current_localtimestamp", "current_setting", "current_time"),
        *(
            "current_timestamp",
            "get_current_time",
            "get_current_timestamp",
            "getvariable",
            "localtime",
            "localtimestamp",
        ),
        *("nextval", "random", "today", "transaction_timestamp", "uuid", "uuidv4", "uuidv7"),
    }
    selects = read_selects(VIEWS / kind for kind in ("macros", "views", "rollups"))

    assert {name for name, select in selects.items() if select.words & others} == set()
