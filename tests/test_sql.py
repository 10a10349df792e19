"""One SELECT, and nothing else, whatever is typed."""

from pathlib import Path

import polars as pl
import pytest

from kooch.errors import QueryError
from kooch.spreadsheet_csv import csv_text
from kooch.sql import run_query, select
from kooch.store.versions import reading_file


@pytest.fixture
def version(bundled_home: Path) -> Path:
    return reading_file(bundled_home)


@pytest.mark.parametrize("run", [run_query, select])
def test_a_select_answers(run: type, version: Path) -> None:
    assert run(version, "SELECT count(*) AS n FROM figures").rows() == [(1603,)]


@pytest.mark.parametrize("run", [run_query, select])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELECT 1; SELECT 2",
        "DROP TABLE figures",
        "INSERT INTO figures SELECT * FROM figures",
        "ATTACH 'x.duckdb'",
        "SET threads = 64",
        "COPY figures TO 'x.csv'",
        "CREATE TEMP TABLE x AS SELECT 1",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "CALL enable_logging(storage = 'file')",
        "CHECKPOINT",
        "SELEC",
        "SELECT nothing FROM figures",
    ],
)
def test_anything_but_one_good_select_is_refused(run: type, query: str, version: Path) -> None:
    with pytest.raises(QueryError):
        run(version, query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_csv('https://127.0.0.1:9/x.csv')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    ],
)
def test_the_child_sees_no_other_file(query: str, version: Path) -> None:
    with pytest.raises(QueryError, match=r"disabled|Permission|Cannot access|does not exist"):
        run_query(version, query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT length(repeat('x', 3000000000))",
        pytest.param("SELECT lpad('x', 2000000000, 'y')", marks=pytest.mark.proof),
        "WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t) SELECT max(a) FROM t",
        pytest.param("SELECT count(*) FROM range(1000000) a, range(1000000) b", marks=pytest.mark.proof),
    ],
)
def test_a_greedy_query_is_ended(query: str, version: Path) -> None:
    with pytest.raises(QueryError):
        run_query(version, query, seconds=1)


def test_a_large_result_is_cut_and_not_refused(version: Path) -> None:
    assert run_query(version, "SELECT * FROM range(10000000000)", max_rows=500).height == 500


def test_the_child_knows_no_secret(version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOOCH_TOKEN", "canary-token")

    with pytest.raises(QueryError):
        run_query(version, "SELECT getenv('KOOCH_TOKEN')")


def test_csv_runs_nothing_in_a_spreadsheet() -> None:
    frame = pl.DataFrame(
        {
            "bio": ["=1+1", "@me", "-x", "plain", None],
            "n": [-1, 2, 3, 4, 5],
            "links": [["a", "b"], [], None, ["=c"], ["d"]],
        }
    )

    assert csv_text(frame).splitlines() == [
        "bio,n,links",
        "'=1+1,-1,a|b",
        '\'@me,2,""',
        "'-x,3,",
        "plain,4,'=c",
        ",5,d",
    ]


@pytest.mark.parametrize("run", [run_query, select])
@pytest.mark.parametrize(
    ("query", "columns", "row"),
    [
        ("SELECT 1 AS a, 2 AS a, 3 AS a_1", ["a", "a_1", "a_1_1"], (1, 2, 3)),
        ("SELECT INTERVAL 1 DAY AS i, [INTERVAL 1 DAY] AS l", ["i", "l"], ("1 day", "[1 day]")),
        ("SELECT 'infinity'::TIMESTAMPTZ AS t, 1 AS n", ["t", "n"], ("infinity", 1)),
        ("SELECT '-infinity'::DATE AS d, NULL::DATE AS e", ["d", "e"], ("-infinity", None)),
        ("SELECT union_value(a := 1) AS u", ["u"], ("1",)),
    ],
)
def test_what_a_frame_cannot_hold_is_text(
    run: type, query: str, columns: list[str], row: tuple[object, ...], version: Path
) -> None:
    frame = run(version, query)

    assert frame.columns == columns
    assert frame.row(0) == row


@pytest.mark.proof
def test_a_long_query_draws_nothing_into_its_answer(version: Path) -> None:
    alike = run_query(
        version,
        "SELECT count(*) AS pairs FROM figures AS a INNER JOIN figures AS b ON a.figure_id < b.figure_id"
        " AND damerau_levenshtein(lower(a.name), lower(b.name)) <= 3",
        seconds=60,
    )

    assert alike["pairs"].item() > 0


def test_no_progress_bar_is_drawn(version: Path) -> None:
    shown = run_query(version, "SELECT current_setting('enable_progress_bar') AS shown")

    assert shown.rows() == [(False,)]
