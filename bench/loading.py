"""How fast the loader is: a million rows from many spool files, against a bare INSERT of the same files."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.flat import cost_of_load
from bench.simulation import World, write_world_roster
from kooch.config import BUNDLED_ROSTERS, VIEWS
from kooch.connections import connect
from kooch.store.compact import compact
from kooch.store.load import load
from kooch.store.master import master_file
from kooch.store.publish import publish
from kooch.store.schema import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is made up: `days` crawls of `accounts` accounts, the first `spooled_days` of them in small files."""

    accounts: int
    spooled_days: int
    files_a_day: int
    days: int
    most_days: int
    """What the data grow to at the end."""
    new_days: int
    """What is loaded into data of both sizes: 100,000 rows of the full world."""
    crawled: int
    """Accounts of the crawl."""
    is_full: bool
    """Whether the targets hold: they are meant for the full size."""


def measure_loading(world: World, home: Path, size: Size) -> Iterator[Figure]:
    write_world_roster(world, home / "rosters")
    yield Figure(
        what=f"first load, {world.accounts:,} figures of one's own: peak",
        figure=cost_of_load(home).peak,
        unit="MB",
        target=400 if size.is_full else None,
    )
    files = world.spool(home, days=range(size.spooled_days), files_a_day=size.files_a_day)
    rows = world.accounts * size.spooled_days
    bare = _insert_bare(home / "bare.duckdb", files)
    cost = cost_of_load(home)
    what = f"{rows:,} rows from {len(files):,} files"
    yield Figure(what=f"bare INSERT of {what}", figure=bare, unit="s")
    yield Figure(what=f"load of {what}", figure=cost.seconds, unit="s")
    yield Figure(what=f"load of {what}: peak", figure=cost.peak, unit="MB")
    yield Figure(
        what="load against bare INSERT", figure=cost.seconds / bare, unit="times", target=3 if size.is_full else None
    )


def grow(world: World, home: Path, size: Size, *, days: range, compacting: bool) -> Iterator[Figure]:
    """Load more days, a million rows at a time and in larger files: what many loads add up to."""
    took = merging = 0.0
    n_merged = 0
    for start in days[:: size.spooled_days]:
        world.spool(home, days=range(start, min(start + size.spooled_days, days.stop)), files_a_day=4)
        began = time.perf_counter()
        load(home, views=VIEWS, bundled=BUNDLED_ROSTERS)
        took = time.perf_counter() - began
        if compacting:
            # As `kooch load` does after each load.
            began = time.perf_counter()
            n_merged = compact(home)
            merging = time.perf_counter() - began
    yield Figure(what=f"load of the last days up to {world.accounts * days.stop:,} rows", figure=took, unit="s")
    if compacting:
        yield Figure(what=f"compaction of the last {n_merged:,} files", figure=merging, unit="s")


def measure_publishing(home: Path) -> Iterator[Figure]:
    began = time.perf_counter()
    version = load(home, views=VIEWS, bundled=BUNDLED_ROSTERS, anew=True).version
    yield Figure(what="load anew (views, rollups, publishing)", figure=time.perf_counter() - began, unit="s")
    began = time.perf_counter()
    publish(home, master_file(home), version + 1)
    yield Figure(what="publishing alone: a copy, fsync, rename", figure=time.perf_counter() - began, unit="s")


def _insert_bare(file: Path, batches: Sequence[Path]) -> float:
    """Seconds of an INSERT into a fresh table; the better of two."""
    names = ", ".join(quoted(str(batch)) for batch in batches)
    took = []
    for _ in range(2):
        with connect(file) as connection:
            connection.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet([{names}]) LIMIT 0")
            began = time.perf_counter()
            connection.execute(f"INSERT INTO t SELECT * FROM read_parquet([{names}])")
            took.append(time.perf_counter() - began)
        file.unlink()
    return min(took)
