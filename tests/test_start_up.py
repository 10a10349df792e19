"""Commands answer at once: a command imports what it needs, and nothing that only others need."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kooch.cli import COMMANDS
from kooch.cli.rows import WITH_ROWS
from kooch.plain import plain_csv
from kooch.spreadsheet_csv import csv_text
from kooch.sql import select
from kooch.store.versions import reading_file
from tests.commands import kooch

_HEAVY = {"altair", "crawlers", "numpy", "polars", "pyarrow", "pydantic_settings", "scrapy", "streamlit", "twisted"}
_RUN = """
import sys
from kooch.cli import main
sys.argv = ["kooch", *sys.argv[1:]]
try:
    main()
finally:
    sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start-up") / "data"
    loaded = kooch(folder, "load")
    assert loaded.returncode == 0, loaded.stderr
    return folder


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["--help"], set()),
        (["--version"], set()),
        (["schedule", "--help"], {"pydantic_settings"}),
        (["status"], {"pydantic_settings"}),
        (["schedule", "list"], {"pydantic_settings"}),
        (["sql", "SELECT 1"], set()),
        (["sql", "SELECT roster, count(*) FROM memberships GROUP BY roster"], set()),
    ],
    ids=" ".join,
)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(home: Path, words: list[str], needed: set[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _RUN, "--home", str(home), *words],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert run.stdout or words == ["schedule", "list"]
    assert set(run.stderr.split()) & _HEAVY <= needed


@pytest.mark.proof
def test_the_list_of_commands_names_each_of_them_with_its_own_help(tmp_path: Path) -> None:
    listed = kooch(tmp_path, "--help").stdout

    for name, place in COMMANDS.items():
        assert f"{name} " in listed
        assert place.help in listed
        assert kooch(tmp_path, name, "--help").returncode == 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS one, NULL::INTEGER AS nothing, true AS yes, 'plain words' AS words",
        "SELECT roster, count(*) AS n FROM memberships GROUP BY roster ORDER BY roster",
        "SELECT 1 WHERE false",
        "SELECT i AS n, i % 2 = 0 AS even FROM range(9999) AS t(i)",
    ],
)
def test_a_plain_answer_is_what_any_other_way_writes(home: Path, sql: str) -> None:
    file = reading_file(home)

    assert plain_csv(file, sql) == csv_text(select(file, sql))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '=1+1' AS formula",
        "SELECT '' AS empty",
        "SELECT 'a,b' AS comma",
        'SELECT 1 AS "=1"',
        "SELECT 1 AS a, 2 AS a",
        "SELECT now() AS instant",
        "SELECT 0.1::DOUBLE AS part",
        "SELECT i FROM range(10001) AS t(i)",
    ],
)
def test_what_is_not_plain_is_left_to_the_other_way(home: Path, sql: str) -> None:
    assert plain_csv(reading_file(home), sql) is None


ROWS = "roster list", "status", "schedule list", "schedule next"


@pytest.mark.parametrize("command", ROWS)
def test_rows_come_as_a_table_json_or_csv(home: Path, command: str) -> None:
    table, lines, cells = (kooch(home, *command.split(), "--format", form) for form in ("table", "json", "csv"))

    assert [done.returncode for done in (table, lines, cells)] == [0, 0, 0]
    for line in lines.stdout.splitlines():
        assert json.loads(line)["event"]
    if command == "roster list":
        rows = list(csv.DictReader(io.StringIO(cells.stdout)))
        assert [row["roster"] for row in rows] == [json.loads(line)["roster"] for line in lines.stdout.splitlines()]
        # Eighty columns, and no slug is cut.
        assert {row["roster"] for row in rows} <= set(table.stdout.split())
        assert max(map(len, table.stdout.splitlines())) <= 80


def test_each_command_that_prints_rows_takes_format(home: Path) -> None:
    for command in WITH_ROWS:
        assert "--format" in kooch(home, *command.split(), "--help").stdout, command


def test_the_first_line_of_help_is_whole(home: Path) -> None:
    for group in ("roster", "schedule", "looks", "decisions", "runs"):
        assert "..." not in kooch(home, group, "--help").stdout.partition("Commands:")[2], group


@pytest.mark.proof
def test_a_shell_completes_commands_and_what_is_below_them() -> None:
    def completed(words: str) -> set[str]:
        run = subprocess.run(
            [sys.executable, "-c", "import sys; sys.argv = ['kooch']\nfrom kooch.cli import main\nmain()"],
            cwd=Path(__file__).parents[1],
            env={
                **os.environ,
                "_KOOCH_COMPLETE": "complete_bash",
                "COMP_WORDS": words,
                "COMP_CWORD": str(words.count(" ")),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return set(run.stdout.split())

    assert completed("kooch ro") == {"roster"}
    assert {"list", "import", "check"} <= completed("kooch roster ")
    assert completed("kooch status --for") == {"--format"}
