"""The house, held to its plan: who may import whom, what stands at the top level, what a view file looks like."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import duckdb
import pytest
import yaml

from kooch import __version__
from kooch.config import VIEWS
from kooch.store.schema import migrate
from kooch.store.selects import read_selects, words_of
from kooch.store.views import build_views

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    ".ci",
    ".github",  # GitHub looks for its workflows here
    ".gitignore",
    ".streamlit",  # Streamlit looks for its settings here
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "NOTICE",
    "README.md",
    "SECURITY.md",
    "analytics",
    "app.py",
    "bench",
    "crawlers",
    "docs",
    "kooch",
    "pages",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "rosters",
    "scrapy.cfg",  # makes `scrapy list` and `scrapy crawl` work in this folder
    "tests",
}
# The first of these folders that holds a file says what it may not import.
FORBIDDEN = {
    "kooch/__main__.py": {"streamlit", "scrapy", "twisted"},
    "kooch/reference.py": {"analytics", "pages", "app", "streamlit", "scrapy", "twisted", "kooch.cli"},
    "kooch/cli": {"streamlit", "scrapy", "twisted"},
    "kooch": {"crawlers", "analytics", "pages", "app", "streamlit", "scrapy", "twisted", "kooch.cli"},
    "crawlers": {"analytics", "pages", "app", "streamlit", "kooch.cli"},
    "analytics": {"crawlers", "pages", "app", "streamlit", "scrapy", "twisted", "kooch.cli"},
    "pages": {"crawlers", "scrapy", "twisted"},
    "app.py": {"crawlers", "scrapy", "twisted"},
    "bench": {"streamlit"},
}
# The archive of the tests has an environment of its own.
ELSEWHERE = {ROOT / "tests" / "servers" / "write_warc.py"}
VIEW_FILES = sorted(file for kind in ("macros", "views", "rollups") for file in (VIEWS / kind).glob("*.sql"))
LOADING_FILES = sorted((ROOT / "kooch" / "store" / "loading").rglob("*.sql"))


def imports(file: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions; `from a import b` counts as `a.b`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("place", FORBIDDEN)
def test_imports_point_one_way(place: str) -> None:
    files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    own = [file for file in files if next(p for p in FORBIDDEN if file.is_relative_to(ROOT / p)) == place]
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in own
        for module in imports(file)
        for package in FORBIDDEN[place]
        if is_within(module, package)
    ]

    assert own
    assert wrong == []


@pytest.mark.parametrize(
    "place", ["store", "config.py", "errors.py", "files.py", "times.py", "rosters", "platforms", "presence"]
)
def test_the_store_stands_on_nothing_but_rosters_and_settings(place: str) -> None:
    allowed = {
        "store": (
            *(
                "kooch.store",
                "kooch.rosters",
                "kooch.looks",
                "kooch.platforms",
                "kooch.presence",
                "kooch.connections",
                "kooch.counts",
                "kooch.errors",
                "kooch.files",
                "kooch.shards",
                "kooch.times",
                "kooch.__version__",
            ),
        ),
        "rosters": (
            "kooch.rosters",
            "kooch.platforms",
            "kooch.rounded",
            "kooch.connections",
            "kooch.counts",
            "kooch.errors",
            "kooch.files",
            "kooch.times",
            "kooch.store.publish",
        ),
        "config.py": ("kooch.errors", "kooch.home", "kooch.folders", "kooch.platforms", "kooch.shards"),
        "home.py": ("kooch.errors",),
        "platforms": ("kooch.platforms", "kooch.errors"),
        "presence": ("kooch.presence",),
    }.get(place, ())
    files = [ROOT / "kooch" / place] if place.endswith(".py") else sorted((ROOT / "kooch" / place).rglob("*.py"))
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in files
        for module in imports(file)
        if is_within(module, "kooch") and not any(is_within(module, package) for package in allowed)
    ]

    assert files
    assert wrong == []


def test_every_file_on_the_map_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    # Folders of the data folder end in / and stand in the drawing, or in the sentence below it.
    named = re.findall(r"`([a-z_]+(?:/[\w.]*)+)`", text) + re.findall(r"\b(?:kooch|crawlers)/[\w/]+\.py\b", text)
    missing = [name for name in named if not (ROOT / name).exists()]

    assert len(named) > 50
    assert set(missing) == {"spool/", "archive/", "archive/ids/", "published/", "bodies/"}


@pytest.mark.proof
@pytest.mark.parametrize("group", ["app", "dev"])
def test_what_is_imported_is_declared(group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if group == "dev" else [])
    # Only the one file that needs an extra imports it.
    needs_extra = {ROOT / name for name in ("analytics/survival.py", "kooch/cli/notify.py", "kooch/store/bucket.py")}
    extras = project["project"]["optional-dependencies"].values()
    extra = {spelled(re.split(r"[<>=]", line)[0]) for lines in extras for line in lines}
    declared = {spelled(re.split(r"[<>=]", line)[0]) for line in lines}
    places = ["tests", "bench"] if group == "dev" else ["analytics", "crawlers", "kooch", "pages"]
    found = [file for place in places for file in (ROOT / place).rglob("*.py") if file not in ELSEWHERE]
    # Environments of their own lie in hidden folders.
    files = [file for file in found if not any(part.startswith(".") for part in file.relative_to(ROOT).parts)]
    # Kooch itself is installed as a package too.
    known = {module: names for module, names in packages_distributions().items() if names != ["kooch"]}
    used = {
        name
        for file in files
        for name in (spelled(known[module][0]) for module in map(top_level, imports(file)) if module in known)
        if not (file in needs_extra and name in extra)
    }

    assert len(used) > 5
    assert used <= declared


def top_level(module: str) -> str:
    return module.partition(".")[0]


def spelled(distribution: str) -> str:
    """The name of a distribution as it is compared, by PEP 503."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_only_what_was_planned_stands_at_the_top_level() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {line.partition("/")[0] for line in listed.stdout.splitlines()}

    assert {name for name in found if (ROOT / name).exists()} <= TOP_LEVEL


@pytest.mark.parametrize("file", [*VIEW_FILES, *LOADING_FILES], ids=lambda file: file.stem)
def test_a_view_file_is_one_select_that_says_what_a_row_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    code = re.sub(r"--.*", "", text).strip()

    assert text.startswith("-- One row per ")
    assert ";" not in code
    assert code.startswith(("SELECT", "WITH"))


def test_no_two_views_have_one_name() -> None:
    names = [file.stem for file in VIEW_FILES]

    assert len(names) == len(set(names))


def test_every_select_of_the_loader_is_read_by_a_module_or_by_another_select() -> None:
    selects = read_selects({file.parent for file in LOADING_FILES})
    modules = words_of(" ".join(file.read_text("utf-8") for file in (ROOT / "kooch" / "store").rglob("*.py")))
    read = modules.union(*(select.words - {select.name} for select in selects.values()))

    assert len(selects) == len(LOADING_FILES)
    assert selects.keys() - read == set()


def test_every_column_has_a_type_and_every_table_says_what_a_row_is() -> None:
    with duckdb.connect() as connection:
        migrate(connection, Path())
        build_views(connection, VIEWS)
        untyped = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns()"
            " WHERE NOT internal AND data_type IN ('', 'NULL', '\"NULL\"')"
        ).fetchall()
        silent = connection.execute(
            """
            SELECT name FROM (
                SELECT table_name AS name, comment FROM duckdb_tables()
                UNION ALL
                SELECT view_name, comment FROM duckdb_views() WHERE NOT internal
            )
            WHERE comment IS NULL OR NOT starts_with(comment, 'One row')
            """
        ).fetchall()

    assert untyped == []
    assert silent == []


@pytest.mark.parametrize("folder", ["migrations", "state_migrations"])
def test_migrations_are_numbered_one_by_one(folder: str) -> None:
    """Two of one number would be applied in one store and skipped in another."""
    files = sorted((ROOT / "kooch" / "store" / folder).glob("*.sql"))

    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))


@pytest.mark.parametrize(
    ("file", "schema"),
    [(".github/workflows/ci.yml", "vendor.github-workflows"), ("CITATION.cff", "vendor.citation-file-format")],
)
def test_files_that_others_read_follow_their_schema(file: str, schema: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_the_workflow_calls_what_a_change_must_pass_and_the_citation_names_the_version() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))

    assert [step["run"] for step in workflow["jobs"]["ci"]["steps"] if "run" in step] == ["bash .ci/run"]
    assert citation["version"] == __version__


@pytest.mark.parametrize("folder", ["migrations", "state_migrations"])
def test_migrations_are_numbered_without_a_gap(folder: str) -> None:
    # A database counts the migrations that it went through: two of one number would be applied as one.
    numbers = [int(file.name[:4]) for file in sorted((ROOT / "kooch" / "store" / folder).glob("*.sql"))]

    assert numbers == [*range(1, len(numbers) + 1)]
