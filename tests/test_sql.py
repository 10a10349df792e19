"""One SELECT, and nothing else, whatever is typed."""

import csv
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars as pl
import pytest

from kooch.cli import doctor
from kooch.config import Settings
from kooch.errors import QueryError, StorageError
from kooch.spreadsheet_csv import csv_text
from kooch.sql import run_query, select
from kooch.store.versions import reading_file
from tests.commands import kooch


@pytest.fixture
def version(bundled_home: Path) -> Path:
    return reading_file(bundled_home)


@pytest.mark.proof
@pytest.mark.parametrize("run", [run_query, select])
def test_a_select_answers(run: type, version: Path) -> None:
    assert run(version, "SELECT count(*) AS n FROM figures").rows() == [(2329,)]


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
        "EXPLAIN ANALYZE COPY figures TO 'x.csv'",
        "/* SELECT */ EXPLAIN (ANALYZE, FORMAT json) COPY figures TO 'x.csv'",
        "explain analyze create temp table x as select 1",
        "EXPLAIN ANALYZE ATTACH 'x.duckdb'",
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


def test_every_type_of_duckdb_comes_out_or_is_text(version: Path) -> None:
    """No panic, and nothing that DuckDB writes is NULL in the frame."""
    names = duckdb.execute("SELECT column_name FROM (DESCRIBE FROM test_all_types())").fetchall()
    frame = select(version, "SELECT * FROM test_all_types()")
    rows = frame.rows()

    assert len(names) > 50
    for n, (name,) in enumerate(names):
        wanted = duckdb.execute(f'SELECT "{name}" IS NULL FROM test_all_types()').fetchall()
        assert [(row[n] is None,) for row in rows] == wanted, name
    assert len(run_query(version, "SELECT * FROM test_all_types()").rows()) == len(rows)


def test_too_large_an_answer_is_told(version: Path) -> None:
    with pytest.raises(QueryError, match=r"The answer has \d+ MB, and this page takes 1\. Ask for fewer"):
        run_query(version, "SELECT repeat('x', 2000) AS x FROM range(1000)", max_bytes=1_000_000)


SLOW = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b"


@pytest.mark.proof
def test_two_run_at_once_and_others_hear_that_they_wait(version: Path) -> None:
    heard: list[list[bool]] = [[], [], [], []]

    def ask(n: int) -> str:
        try:
            run_query(version, SLOW, seconds=1, tell=heard[n].append)
        except QueryError as error:
            return str(error)
        return "an answer"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(ask, range(4)))

    assert said == ["The query was stopped after 1 seconds. Ask for less, or use `kooch sql`."] * 4
    assert sum(any(told) for told in heard) == 2
    # Who has had to wait runs then.
    assert all(told == sorted(told, reverse=True) for told in heard)
    assert not any(told[-1] for told in heard)


def test_a_visitor_who_leaves_ends_the_query(version: Path) -> None:
    class LeftError(BaseException):
        pass

    def leave(_is_waiting: object) -> None:
        raise LeftError

    for _ in range(3):
        with pytest.raises(LeftError):
            run_query(version, SLOW, seconds=60, tell=leave)
    # All turns are free again.
    assert run_query(version, "SELECT 1 AS n").rows() == [(1,)]


def damage_a_block(home: Path) -> None:
    """Flip a byte in a block of the table `figures`, so that the file opens and reading the table fails."""
    file = reading_file(home)
    content = file.read_bytes()
    for start in range(12_288, len(content), 262_144):
        damaged = bytearray(content)
        damaged[start + 1000] ^= 0xFF
        file.write_bytes(damaged)
        try:
            select(file, "SELECT bit_xor(hash(f)) FROM figures AS f")
        except StorageError as error:
            if "is damaged" in str(error):
                return
    raise AssertionError("no block of the file holds the table")


@pytest.mark.proof
def test_a_damaged_block_is_said_with_the_remedy(bundled_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(bundled_home, tmp_path / "home", symlinks=True))
    damage_a_block(home)
    file = reading_file(home)

    for run in (run_query, select):
        with pytest.raises(StorageError, match=rf"{file} is damaged: .*Run `kooch load --anew`") as raised:
            run(file, "SELECT * FROM figures")
        assert raised.value.exit_code == 4
    with pytest.raises(StorageError, match=r"Run `kooch load --anew`"):
        doctor._published(Settings(home=home))
    done = kooch(home, "sql", "SELECT * FROM figures")
    assert done.returncode == 4
    assert "Run `kooch load --anew`" in done.stderr


@pytest.mark.parametrize(
    ("text", "is_defused"),
    [
        ("=1+1", True),
        ("\uff1d1+1", True),  # full-width
        ("\uff0b1", True),
        ("\uff0d1", True),
        ("\uff20SUM(A1)", True),
        ("\u200b=1", True),  # zero-width before it
        ("\ufeff\u2060=1", True),
        ("\u200d\uff1d1", True),
        (" =1", True),
        ("\u00a0@x", True),
        ("\u200b\u200b", False),
        ("a=1", False),
        ("(1)", False),
        ("\u0915=1", False),
    ],
)
def test_cells_and_headers_run_nothing(text: str, is_defused: bool) -> None:  # noqa: FBT001 -- a case's value
    header, cell = csv_text(pl.DataFrame({text: ["x"], "c": [text]})).splitlines()[:2]
    wanted = f"'{text}" if is_defused else text

    assert next(csv.reader([header]))[0] == wanted
    assert next(csv.reader([cell]))[1] == wanted


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
        ("SELECT 340282366920938463463374607431768211455::UHUGEINT AS n", ["n"], (str(2**128 - 1),)),
        ("SELECT 170141183460469231731687303715884105727::HUGEINT AS n", ["n"], (str(2**127 - 1),)),
        ("SELECT sum(n) AS n FROM range(10) AS t (n)", ["n"], (45,)),
        (
            "SELECT '1234567890123456789012345678901234567890123'::BIGNUM AS n",
            ["n"],
            ("1234567890123456789012345678901234567890123",),
        ),
        ("SELECT ['infinity'::DATE, DATE '2021-02-10'] AS l", ["l"], ("[infinity, 2021-02-10]",)),
        ("SELECT {'t': '-infinity'::TIMESTAMP} AS s", ["s"], ("{'t': -infinity}",)),
        ("SELECT [{'t': ['infinity'::TIMESTAMPTZ]}] AS s", ["s"], ("[{'t': [infinity]}]",)),
        ("SELECT MAP {'a': 'infinity'::TIMESTAMP} AS m", ["m"], ("{a=infinity}",)),
        ("SELECT [2::UHUGEINT ** 1, NULL] AS l, [1::HUGEINT] AS h", ["l", "h"], ([2.0, None], "[1]")),
        ("SELECT {'n': 1::UHUGEINT} AS s", ["s"], ("{'n': 1}",)),
        ("SELECT TIME '24:00:00' AS t, [TIME '24:00:00'] AS l", ["t", "l"], ("24:00:00", "['24:00:00']")),
        ("SELECT '10:00:00+05:30'::TIMETZ AS t", ["t"], ("10:00:00+05:30",)),
        ("SELECT 'infinity'::TIMESTAMP_NS AS t", ["t"], ("infinity",)),
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
        seconds=240,
    )

    assert alike["pairs"].item() > 0


def test_no_progress_bar_is_drawn(version: Path) -> None:
    shown = run_query(version, "SELECT current_setting('enable_progress_bar') AS shown")

    assert shown.rows() == [(False,)]
