"""Any DuckDB from 1.1 on opens a published version, with nothing installed beside it, in any time zone."""

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.examples import examples
from kooch.config import VIEWS
from kooch.store.master import master_file, older_master_file
from tests.stores import bundle, claim, contents, crawl, load, member, query, roster, seen

DOCS = Path(__file__).parents[1] / "docs"
CLIENTS = Path(__file__).parent / "clients"
OLDEST = ("1.1.", "1.4.")  # the second one with Python 3.14
_VALUES = {
    "BOOLEAN": "true",
    "DATE": "DATE '2026-02-09'",
    "INTEGER": "28",
    "VARCHAR": "'in-koo-2021'",
    "TIMESTAMPTZ": "TIMESTAMPTZ '2026-02-09 00:00:00+05:30'",
}
_PARAMETER = re.compile(r"^-- \w+: ([A-Z]+)", re.MULTILINE)


def _call(file: Path) -> str:
    return f"{file.stem}({', '.join(_VALUES[kind] for kind in _PARAMETER.findall(file.read_text(encoding='utf-8')))})"


MACROS = {file.stem: _call(file) for file in sorted((VIEWS / "macros").glob("*.sql"))}
"""A call of each, by what it declares of its parameters."""
_ASK = """
import json, sys
import duckdb

connection = duckdb.connect()
connection.execute(f"ATTACH '{sys.argv[1]}' AS kooch (READ_ONLY)")
connection.execute("USE kooch")
names = connection.execute(
    "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'kooch'"
    " UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE database_name = 'kooch' AND NOT internal"
).fetchall()
counts = {name: connection.execute(f"SELECT count(*), count(COLUMNS(*)) FROM {name}").fetchone()[0] for (name,) in names}
for macro in sys.argv[2:]:
    (counts[macro.partition("(")[0]],) = connection.execute(f"SELECT count(*) FROM {macro}").fetchone()
# Every value, as Python has it; without pytz a TIMESTAMPTZ is no value.
rows = {name: len(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in counts if name.startswith("utc.")}
(joined,) = connection.execute("SELECT max(joined_before) FROM utc.joins").fetchone()
with duckdb.connect(sys.argv[1], read_only=True) as alone:
    (figures,) = alone.execute("SELECT count(*) FROM figures").fetchone()
print(json.dumps({"version": duckdb.__version__, "counts": counts, "rows": rows, "joined": joined.isoformat(), "figures": figures}))
"""


@cache
def ask(client: str, file: Path) -> dict[str, Any]:
    """The answer of a client in a shell that is set to New York."""
    python = CLIENTS / f".{client}" / "bin" / "python"
    assert python.exists(), f"{python} is missing: run `make test` once"
    words = [str(python), "-I", "-c", _ASK, str(file.resolve()), *MACROS.values()]
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, env=os.environ | {"TZ": "America/New_York"}, timeout=280
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # DuckDB may draw how far it is
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("clients")
    names = ("ada", "bob")
    accounts = tuple(claim(name, f"{name}.test", f"did:web:{name}.test") for name in names)
    bundled = bundle(home / "bundled", roster("people", map(member, names), accounts=accounts))
    crawl(home, *(seen(f"did:web:{name}.test", 0, bio="words", followers=3) for name in names), state="complete")
    load(home, bundled)
    return home


@pytest.mark.proof
@pytest.mark.parametrize(("client", "versions"), [("oldest", OLDEST), ("lts", ("1.4.",))])
def test_an_older_client_answers_what_ours_does(client: str, versions: tuple[str, ...], home: Path) -> None:
    found = ask(client, home / "kooch.duckdb")
    ours = {name: query(home, f"SELECT count(*) FROM {name}")[0][0] for name in found["counts"] if name not in MACROS}
    ours |= {name: query(home, f"SELECT count(*) FROM {call}")[0][0] for name, call in MACROS.items()}

    assert found["version"].startswith(versions)
    assert found["counts"] == ours
    assert {"main.joins", "main.adoption", "utc.joins", "first_joins_known_by"} <= found["counts"].keys()
    assert found["figures"] == 2


def test_instants_need_no_package_and_no_time_zone(home: Path) -> None:
    found = ask("oldest", home / "kooch.duckdb")

    assert found["rows"]
    assert found["rows"] == {name: n for name, n in found["counts"].items() if name in found["rows"]}
    assert query(home, "SELECT max(joined_before) FROM utc.joins")[0][0].isoformat() == found["joined"]
    assert query(
        home,
        "SELECT count(*) FROM (SELECT joined_before FROM utc.joins"
        " EXCEPT ALL SELECT joined_before AT TIME ZONE 'UTC' FROM joins)",
    ) == [(0,)]


def documented() -> dict[str, str]:
    """Every query that users are shown, by where it stands."""
    pages = {
        page.name: re.findall(r"```sql\n(.*?)```", page.read_text("utf-8"), re.DOTALL) for page in DOCS.glob("*.md")
    }
    return {f"{name} {n}": query for name, found in pages.items() for n, query in enumerate(found)} | examples()


@pytest.mark.proof
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_a_documented_query_answers_alike_in_every_time_zone(zone: str, bundled_home: Path) -> None:
    def answer(zone: str, sql: str) -> list[str]:
        with duckdb.connect(str((bundled_home / "kooch.duckdb").resolve()), read_only=True) as shell:
            shell.execute(f"SET TimeZone = '{zone}'")
            found = shell.sql(sql)
            texts = ", ".join(f"CAST(#{n} AS VARCHAR)" for n in range(1, len(found.columns) + 1))
            return sorted(map(str, found.project(texts).fetchall()))

    different = [place for place, sql in documented().items() if answer(zone, sql) != answer("UTC", sql)]

    assert different == []
    assert len(documented()) > 12


def test_a_view_depends_on_no_time_zone(bundled_home: Path) -> None:
    """Everything that a view shows besides instants is the same in every session."""
    with duckdb.connect(str((bundled_home / "kooch.duckdb").resolve()), read_only=True) as shell:
        views = shell.execute(
            "SELECT table_name, list(column_name) FROM duckdb_columns()"
            " SEMI JOIN (SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal)"
            " ON view_name = table_name"
            " WHERE schema_name = 'main' AND data_type <> 'TIMESTAMP WITH TIME ZONE' GROUP BY table_name"
        ).fetchall()
        digests = []
        for zone in ("UTC", "America/New_York"):
            shell.execute(f"SET TimeZone = '{zone}'")
            digests.append(
                {
                    view: shell.execute(
                        f"SELECT bit_xor(hash(t)) FROM (SELECT {', '.join(columns)} FROM {view}) AS t"
                    ).fetchall()
                    for view, columns in views
                }
            )

    assert views
    assert digests[0] == digests[1]


def storage_of(file: Path) -> str:
    with duckdb.connect(str(file), read_only=True) as connection:
        ((tags,),) = connection.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    return str(tags["storage_version"])


@pytest.mark.proof
@pytest.mark.parametrize("is_archive_whole", [True, False])
def test_a_master_that_older_clients_cannot_read_is_made_again(tmp_path: Path, *, is_archive_whole: bool) -> None:
    bundled = bundle(
        tmp_path / "bundled", roster("people", [member("ada")], accounts=(claim("ada", "ada.test", "did:web:a.test"),))
    )
    home = tmp_path / "home"
    crawl(home, seen("did:web:a.test", 0, bio="One"), state="complete")
    load(home, bundled)
    before = contents(home)
    newer = tmp_path / "newer.duckdb"
    with duckdb.connect(str(newer)) as connection:
        connection.execute(f"ATTACH '{master_file(home)}' AS older (READ_ONLY)")
        connection.execute("COPY FROM DATABASE older TO newer")
    newer.replace(master_file(home))
    was = storage_of(master_file(home))
    if not is_archive_whole:
        next((home / "archive").glob("[!i]*/*.parquet")).unlink()
    loaded = load(home, bundled)

    assert not was.startswith("v1.0")
    assert storage_of(master_file(home)).startswith("v1.0") is is_archive_whole
    assert older_master_file(home).exists() is is_archive_whole
    assert len(loaded.lost) == (not is_archive_whole)
    # Nothing is lost either way.
    assert contents(home) == before
