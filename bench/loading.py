"""How fast the loader is: a million rows from many spool files, against a bare INSERT of the same files."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.figures import Figure
from bench.simulation import World, write_world_roster
from kooch.config import BUNDLED_ROSTERS, VIEWS
from kooch.store.load import load, master_file
from kooch.store.publish import publish
from kooch.store.schema import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is made up: `days` crawls of `accounts` accounts, the first `spooled_days` of them in small files."""

    accounts: int
    spooled_days: int
    files_a_day: int
    days: int
    crawled: int
    """Accounts of the crawl."""
    is_full: bool
    """Whether the targets hold: they are meant for the full size."""


def measure_loading(world: World, home: Path, size: Size) -> Iterator[Figure]:
    write_world_roster(world, home / "rosters")
    load(home, views=VIEWS, bundled=BUNDLED_ROSTERS)
    files = world.spool(home, days=range(size.spooled_days), files_a_day=size.files_a_day)
    rows = world.accounts * size.spooled_days
    bare = _insert_bare(home / "bare.duckdb", files)
    began = time.perf_counter()
    load(home, views=VIEWS, bundled=BUNDLED_ROSTERS)
    took = time.perf_counter() - began
    what = f"{rows:,} rows from {len(files):,} files"
    yield Figure(what=f"bare INSERT of {what}", figure=bare, unit="s")
    yield Figure(what=f"load of {what}", figure=took, unit="s")
    yield Figure(what="load against bare INSERT", figure=took / bare, unit="times", target=3 if size.is_full else None)


def grow(world: World, home: Path, size: Size) -> Iterator[Figure]:
    """Load the remaining days, a million rows at a time and in larger files: what many loads add up to."""
    step = size.spooled_days
    took = 0.0
    for start in range(step, size.days, step):
        days = range(start, min(start + step, size.days))
        world.spool(home, days=days, files_a_day=4)
        began = time.perf_counter()
        load(home, views=VIEWS, bundled=BUNDLED_ROSTERS)
        took = time.perf_counter() - began
    yield Figure(what=f"load of the last {step * world.accounts:,} rows", figure=took, unit="s")
    began = time.perf_counter()
    load(home, views=VIEWS, bundled=BUNDLED_ROSTERS)
    yield Figure(
        what="load of nothing", figure=time.perf_counter() - began, unit="s", target=1 if size.is_full else None
    )
    began = time.perf_counter()
    version = load(home, views=VIEWS, bundled=BUNDLED_ROSTERS, anew=True).version
    yield Figure(what="load anew (views, rollups, publishing)", figure=time.perf_counter() - began, unit="s")
    began = time.perf_counter()
    publish(home, master_file(home), version + 1)
    yield Figure(what="publishing alone: two copies, fsync, rename", figure=time.perf_counter() - began, unit="s")


def _insert_bare(file: Path, batches: Sequence[Path]) -> float:
    """Seconds of an INSERT into a fresh table; the better of two."""
    names = ", ".join(quoted(str(batch)) for batch in batches)
    took = []
    for _ in range(2):
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet([{names}]) LIMIT 0")
            began = time.perf_counter()
            connection.execute(f"INSERT INTO t SELECT * FROM read_parquet([{names}])")
            took.append(time.perf_counter() - began)
        file.unlink()
    return min(took)
