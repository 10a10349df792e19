"""Does this Kooch make the same tables from a data folder as another did?

    python -m tests.same_tables FOLDER --keep    load FOLDER/home in four ways with this checkout, keep the results in FOLDER/expected
    python -m tests.same_tables FOLDER           do so again, and compare with what is kept
    python -m tests.same_tables OLD NEW          compare two data folders, or two database files

FOLDER/home is never changed, its copies are: they are loaded over the master that is there, into a new master, from the spool
at once, and from the spool in parts. Rows are compared by what they say: a number that stands for an account, a run or a bound
is replaced by its key. Where numbers must be kept, they are compared too. Columns that one side has alone are
named; rows are compared by the others. `--lists FOLDER` takes the lists of a folder for those that come with Kooch, since
another checkout may bring others. `--without TABLE` or `--without TABLE.COLUMN` leaves out a difference that is meant. Ends with 1 when tables differ.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests import stores

_OF_THE_LOAD = {"account_numbers", "batches", "ids", "post_digits", "read_evidence", "schema_version", "versions"}
"""Tables that tell of the load itself: when it was, and the numbers that it gave; and what is kept by these numbers."""
_REFERENCES = {
    "account_id": "account",
    "bound_id": "bound",
    "bounds": "bound",
    "capture_id": "capture",
    "claim_id": "claim",
    "from_bound": "bound",
    "merged_into": "account",
    "other_account_id": "account",
    "run_id": "run",
    "source_id": "source",
    "text_id": "text",
    "to_bound": "bound",
}
_PLAIN = {"INTEGER", "BIGINT", "VARCHAR", "INTEGER[]"}
_PARTS = 4

Load = Callable[[Path], None]
Way = Callable[[Path, Load], None]
Names = Mapping[tuple[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What a database file holds: the rows of each table and view, and the number of each key."""

    rows: Mapping[str, Sequence[tuple[str, ...]]]
    columns: Mapping[str, tuple[str, ...]]
    numbers: frozenset[tuple[str, str, int]]


def published_file(folder: Path) -> Path:
    """The published version of a data folder, or the file itself."""
    return folder if folder.is_file() else (folder / "kooch.duckdb").resolve()


def read_tables(file: Path, *, without: Collection[str] = ()) -> Tables:
    """The tables, rollups and views of a published file, numbers replaced by the keys they stand for."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{file}' AS kooch (READ_ONLY)")
        connection.execute("USE kooch")
        numbers = connection.execute("SELECT kind, key, id FROM ids ORDER BY ALL").fetchall()
        names = _names(numbers)
        looks_back = "SELECT run_id FROM runs WHERE source = 'archive'"
        archive_runs = {run for (run,) in connection.execute(looks_back).fetchall()}
        if "texts" in _tables(connection):
            texts = connection.execute("SELECT text_id, digest::VARCHAR FROM texts").fetchall()
            names |= {("text", number): [digest] for number, digest in texts}
        rows, columns = {}, {}
        for table in _tables(connection):
            if table in _OF_THE_LOAD or table in without:
                continue
            types = [
                (name, type_)
                for name, type_ in connection.execute(
                    f"SELECT column_name, column_type FROM (DESCRIBE {table})"
                ).fetchall()
                if f"{table}.{name}" not in without
            ]
            # Times as text: DuckDB's own need another package in Python, and may be infinite.
            cells = [f'"{name}"' if type_ in _PLAIN else f'"{name}"::VARCHAR' for name, type_ in types]
            columns[table] = tuple(name for name, _ in types)
            found = connection.execute(f"SELECT {', '.join(cells)} FROM {table}").fetchall()
            rows[table] = [_named(columns[table], row, names, archive_runs) for row in found]
    return Tables(rows=rows, columns=columns, numbers=frozenset(numbers))


def differences(old: Tables, new: Tables, *, shown: int = 5, numbers: bool = False) -> Iterator[str]:
    """A line for each fault: tables and columns of one side alone, and rows. With `numbers`, also keys renumbered."""
    for table in sorted(old.rows.keys() | new.rows.keys()):
        if table in new.rows and table in old.rows:
            yield from _differences_of(table, old, new, shown)
        else:
            yield f"{table}: only in the {'old' if table in old.rows else 'new'} file"
    if numbers and old.numbers != new.numbers:
        lost, made = old.numbers - new.numbers, new.numbers - old.numbers
        yield f"ids: {len(lost)} only in the old file, {len(made)} only in the new one"
        for sign, keys in (("-", lost), ("+", made)):
            for key in sorted(keys)[:shown]:
                yield f"  {sign} {key}"


def _differences_of(table: str, old: Tables, new: Tables, shown: int) -> Iterator[str]:
    for side, columns, others in (
        ("old", old.columns[table], new.columns[table]),
        ("new", new.columns[table], old.columns[table]),
    ):
        if alone := [column for column in columns if column not in others]:
            yield f"{table}: only the {side} file has {', '.join(alone)}"
    shared = [column for column in old.columns[table] if column in new.columns[table]]
    before, after = _rows(old, table, shared), _rows(new, table, shared)
    gone, come = before - after, after - before
    if gone or come:
        yield f"{table}: {gone.total()} rows only in the old file, {come.total()} only in the new one"
        for sign, only in (("-", gone), ("+", come)):
            for row in sorted(only.elements())[:shown]:
                yield f"  {sign} {row}"


def over_the_master(home: Path, load: Load) -> None:
    """Load with the master as it is."""
    load(home)


def rebuilt(home: Path, load: Load) -> None:
    """Load after the master was moved away: archive, rosters and state restore it."""
    _forget_master(home)
    load(home)


def at_once(home: Path, load: Load) -> None:
    """Load everything from the spool, into nothing."""
    _spool_again(home)
    load(home)


def in_parts(home: Path, load: Load) -> None:
    """Load everything from the spool, some batches at a time, in the order of their making."""
    batches = _spool_again(home)
    aside, state = home / "aside", home / "state.sqlite"
    shutil.copyfile(state, home / "state.kept")
    for file in batches:
        (aside / file.parent.name).mkdir(parents=True, exist_ok=True)
        file.rename(aside / file.parent.name / file.name)
    for part in range(_PARTS):
        for file in batches[part * len(batches) // _PARTS : (part + 1) * len(batches) // _PARTS]:
            (aside / file.parent.name / file.name).rename(file)
        # A load takes up again the runs whose batches have not come.
        shutil.copyfile(home / "state.kept", state)
        load(home)


# Numbers are kept by the first two only; a load into nothing gives its own.
WAYS: dict[Way, bool] = {
    over_the_master: True,
    rebuilt: True,
    at_once: False,
    in_parts: False,
}


def _spool_again(home: Path) -> list[Path]:
    """Put what was loaded back into the spool, as if nothing ever had been; returns it, oldest first."""
    _forget_master(home)
    for file in (home / "archive").glob("*/*.parquet"):
        if file.parent.name != "ids":
            folder = home / "spool" / file.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            file.rename(folder / file.name)
    shutil.rmtree(home / "archive", ignore_errors=True)
    waiting = f"'{home}/spool/*/*.parquet'"
    order = "SELECT filename FROM read_parquet([{}], filename = true) GROUP BY 1 ORDER BY min(recorded_at), 1"
    with duckdb.connect() as connection:
        return [Path(name) for (name,) in connection.execute(order.format(waiting)).fetchall()]


def _forget_master(home: Path) -> None:
    for file in home.glob("master.duckdb*"):
        file.unlink()
    (home / "kooch.duckdb").unlink(missing_ok=True)
    shutil.rmtree(home / "published", ignore_errors=True)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    query = """
        SELECT table_name FROM duckdb_tables() WHERE database_name = 'kooch'
        UNION ALL
        SELECT view_name FROM duckdb_views() WHERE database_name = 'kooch' AND schema_name = 'main' AND NOT internal
        ORDER BY 1
    """
    return [name for (name,) in connection.execute(query).fetchall()]


def _rows(tables: Tables, table: str, columns: Sequence[str]) -> Counter[str]:
    places = [tables.columns[table].index(column) for column in columns]
    return Counter(", ".join(f"{columns[n]}={row[at]}" for n, at in enumerate(places)) for row in tables.rows[table])


def _names(numbers: Sequence[tuple[str, str, int]]) -> dict[tuple[str, int], list[str]]:
    """The keys of each number. A key that holds an account's number, as a bound's of a crawl does, gets its names instead."""
    names: dict[tuple[str, int], list[str]] = {}
    for kind, key, number in sorted(numbers):
        figure, _, rest = key.partition(" ")
        account, _, rest = rest.partition(" ")
        if kind == "bound" and account.isdecimal():
            names[kind, number] = [f"{figure} {names.get(('account', int(account)))} {rest}"]
        else:
            names.setdefault((kind, number), []).append(key)
    return names


def _named(columns: Sequence[str], row: Sequence[Any], names: Names, archive_runs: Collection[int]) -> tuple[str, ...]:
    cells = dict(zip(columns, row, strict=True))
    target = "capture" if cells.get("run_id") in archive_runs else "account"
    return tuple(_name(column, value, names, target) for column, value in cells.items())


def _name(column: str, value: Any, names: Names, target: str) -> str:  # noqa: ANN401 -- a value of any column
    if value is None:
        return "NULL"
    is_target = column == "target" and isinstance(value, int)
    kind = target if is_target else _REFERENCES.get(column)
    if kind is None:
        return str(value)
    if isinstance(value, list):
        return str(sorted(str(names.get((kind, number))) for number in value))
    return str(names.get((kind, value), f"{value} without a key"))


def load_by_command(home: Path) -> None:
    """`kooch load`, of the checkout in which this is run."""
    command = [sys.executable, "-m", "kooch", "--home", str(home), "load"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"`kooch load` ended with {done.returncode}: {done.stderr}")


def load_with(lists: Path | None) -> Load:
    """Load in this process, with the lists of a folder, or with none, in the place of those that come with Kooch."""

    def load(home: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            bundled = stores.bundle(Path(folder))
            if lists:
                shutil.copytree(lists, bundled, dirs_exist_ok=True)
            stores.load(home, bundled)

    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path, nargs="?")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--bare", action="store_true", help="without the lists that come with Kooch")
    parser.add_argument("--way", choices=[way.__name__ for way in WAYS], action="append")
    parser.add_argument("--without", action="append", default=[], metavar="TABLE[.COLUMN]")
    parser.add_argument("--lists", type=Path, help="a folder of lists, in the place of those")
    parser.add_argument("--shown", type=int, default=5, help="rows shown of each side")
    wanted = parser.parse_args()
    if wanted.new:
        sides = [read_tables(published_file(side), without=wanted.without) for side in (wanted.old, wanted.new)]
        found = list(differences(*sides, shown=wanted.shown))
        print("\n".join(found) or "the same")
        raise SystemExit(bool(found))
    ways = [way for way in WAYS if not wanted.way or way.__name__ in wanted.way]
    outcomes = [_check(wanted, way, wanted.old / "expected" / f"{way.__name__}.duckdb") for way in ways]
    raise SystemExit(not all(outcomes))


def _check(wanted: argparse.Namespace, way: Way, expected: Path) -> bool:
    """Load a copy, and keep what comes of it or print how it differs; whether it is as expected."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(shutil.copytree(wanted.old / "home", Path(folder) / "home", symlinks=True))
        way(home, load_with(wanted.lists) if wanted.bare or wanted.lists else load_by_command)
        if wanted.keep:
            expected.parent.mkdir(exist_ok=True)
            shutil.copyfile(published_file(home), expected)
            return True
        old, new = (read_tables(file, without=wanted.without) for file in (expected, published_file(home)))
    found = list(differences(old, new, shown=wanted.shown, numbers=WAYS[way]))
    n = f"{sum(map(len, old.rows.values())):,} rows of {len(old.rows)} tables and views"
    print("\n  ".join([f"{wanted.old} {way.__name__}: {'DIFFERENT' if found else 'the same'} {n}", *found]), flush=True)
    return not found


if __name__ == "__main__":
    main()
