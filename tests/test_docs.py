"""The documentation holds: what it names exists, what exists is named, and its examples run."""

import re
import shlex
from pathlib import Path

import pytest

from crawlers import crawling
from kooch.config import BUNDLED_ROSTERS, VIEWS, Settings
from kooch.platforms import known
from kooch.reference import DOCS, data_dictionary, settings_reference, with_platforms
from kooch.rosters import read_rosters
from kooch.sql import select
from kooch.store.outcomes import CAUSES, CAUSES_IN_WORDS
from kooch.store.versions import open_version, reading_file
from tests.commands import kooch

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def blocks(language: str) -> list[object]:
    return [
        pytest.param(text, id=f"{page.relative_to(ROOT)}-{n}")
        for page in PAGES
        for n, (kind, text) in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")))
        if kind == language
    ]


@pytest.mark.parametrize("query", blocks("sql"))
def test_an_sql_example_finds_rows(query: str, bundled_home: Path) -> None:
    found = select(reading_file(bundled_home), query)

    # The store of the test has rosters and no crawls.
    assert found.height or "FROM runs" in query


@pytest.mark.proof
@pytest.mark.parametrize("script", blocks("bash"))
def test_a_shell_example_runs(script: str, bundled_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in script.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] != ["kooch"]:
            assert words[:1] in ([], ["make"]), line
            continue
        if words[1] in {"crawl", "backfill"}:  # needs a network: its words are checked, not its answer
            words.append("--help")
        done = kooch(bundled_home, *words[1:])

        assert done.returncode == 0, done.stderr


def test_the_readme_counts_the_lists_as_they_are() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    said = dict(rows)
    for roster in read_rosters(BUNDLED_ROSTERS):
        people = {member.figure_id: member.kind for member in roster.members}
        counts = [
            *(len(people), len(roster.members), len(roster.statements)),
            *(list(people.values()).count(kind) for kind in ("person", "party", "office")),
            sum(claim.polarity == "denies" for claim in roster.accounts),
        ]
        numbers = [int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", said[roster.title])]
        days = [roster.complete_from.year] if roster.complete_from else []

        assert numbers, roster.slug
        assert set(numbers) <= {*counts, *days}, roster.slug


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [file.name[:4] for file in (DOCS / "decisions").glob("*.md")]

    assert [number for number in numbers if numbers.count(number) > 1] == []


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"\bmake (\w+)`|^make (\w+)", page.read_text(encoding="utf-8"))
    }

    assert {name for pair in named for name in pair if name} <= targets


def test_the_data_dictionary_is_current(bundled_home: Path) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        assert (DOCS / "data.md").read_text(encoding="utf-8") == data_dictionary(connection), "run `make docs`"


def test_every_column_is_described(bundled_home: Path) -> None:
    found = select(
        reading_file(bundled_home),
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'kooch' AND schema_name = 'main' AND comment IS NULL",
    )

    assert found.rows() == []


def test_the_settings_reference_is_current() -> None:
    page = settings_reference()

    assert (DOCS / "configuration.md").read_text(encoding="utf-8") == page, "run `make docs`"
    # The page's head explains the data folder.
    missing = [
        key
        for key in Settings.model_fields
        if key != "home" and f"\n| `{key}` |" not in page and not re.search(rf"^## \[+{key}\]+$", page, re.MULTILINE)
    ]
    assert missing == []


def test_the_table_of_platforms_is_current_and_has_them_all() -> None:
    page = (DOCS / "platforms.md").read_text(encoding="utf-8")
    table = page.partition("## All platforms")[2]
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in table.splitlines() if line.startswith("| ")}

    assert page == with_platforms(page), "run `make docs`"
    assert rows.keys() >= {row.name for row in known().values()}
    for row in known().values():
        assert (f"`kooch crawl {row.platform}`" in rows[row.name]) == (row.platform in crawling.platforms())
        for days in filter(None, (row.opened, row.closed)):
            assert str(days.not_before) in rows[row.name]


def test_every_command_is_documented(tmp_path: Path) -> None:
    usage = kooch(tmp_path, "--help").stdout
    commands = re.findall(r"^  (\w+)  ", usage.partition("Commands:")[2], re.MULTILINE)
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`kooch [^|]+) \|", page, re.MULTILINE)

    assert len(rows) == len(set(rows))
    assert len(commands) >= 9
    assert [command for command in commands if f"`kooch {command}" not in page] == []


def test_every_spider_has_a_heading() -> None:
    headings = re.findall(r"^## (.+)$", (DOCS / "platforms.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert set(crawling.platforms()) <= {name for heading in headings for name in heading.split(", ")}


def test_every_cause_and_bound_is_explained() -> None:
    page = (DOCS / "methods.md").read_text(encoding="utf-8")

    assert [cause for cause in CAUSES if f"`{cause}`" not in page] == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        (page.name, target)
        for page in PAGES
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_view_says_what_a_row_is() -> None:
    files = sorted(VIEWS.glob("*/*.sql"))
    views = [file for file in files if file.parent.name in {"views", "rollups", "macros"}]

    assert len(views) > 10
    assert [file.name for file in views if not file.read_text(encoding="utf-8").startswith("-- One row per ")] == []


def test_every_cause_has_plain_words() -> None:
    assert sorted(CAUSES_IN_WORDS) == sorted(CAUSES)
