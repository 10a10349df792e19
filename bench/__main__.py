"""`python -m bench`: measure everything and print a table; exit code 1 if a target is missed."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.crawling import measure_crawling
from bench.figures import Figure
from bench.flat import measure_flat
from bench.lake import measure_lake
from bench.loading import Size, grow, measure_loading, measure_publishing
from bench.pages import measure_pages
from bench.parsing import measure_parsing
from bench.series import PEOPLE, measure_series
from bench.simulation import make_world
from bench.sizes import measure_sizes
from bench.starting import measure_starting
from bench.visiting import measure_visiting

FULL = Size(
    accounts=20_000, spooled_days=50, files_a_day=40, days=500, most_days=2_000, new_days=5, crawled=300, is_full=True
)
SMALL = Size(accounts=500, spooled_days=4, files_a_day=4, days=8, most_days=32, new_days=1, crawled=50, is_full=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--small", action="store_true", help="a quick run, whose sizes are too small for most targets")
    parser.add_argument("--folder", type=Path, help="where to put some gigabytes; default: the system's own")
    wanted = parser.parse_args()
    missed = 0
    for figure in measure(SMALL if wanted.small else FULL, wanted.folder):
        missed += not figure.ok
        print(as_json(figure) if wanted.json else as_line(figure), flush=True)
    return int(missed > 0)


def measure(size: Size, folder: Path | None) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(dir=folder, prefix="kooch-bench-") as place:
        home = Path(place) / "home"
        small, next_days, end = (size.days + n * size.new_days for n in range(3))
        with make_world(accounts=size.accounts, days=end) as world:
            yield from measure_loading(world, home, size)
            yield from grow(world, home, size, days=range(size.spooled_days, small), compacting=True)
            yield from measure_sizes(home, is_full=size.is_full)
            yield from measure_publishing(home)
            few = [*measure_flat(world, home, days=range(small, next_days), is_full=size.is_full)]
            yield from few
            yield from measure_pages(home, is_full=size.is_full)
            yield from measure_starting(home, is_full=size.is_full)
            yield from measure_visiting(Path(place) / "app", is_full=size.is_full)
            yield from measure_parsing(times=300 if size.is_full else 30)
            versions, people = (300, PEOPLE) if size.is_full else (30, PEOPLE // 100)
            yield from measure_series(Path(place) / "series", versions=versions, people=people, is_full=size.is_full)
            yield from measure_crawling(Path(place) / "crawl", accounts=size.crawled, is_full=size.is_full)
            yield from measure_lake(world, home, days=range(next_days, end), is_full=size.is_full)
        # The lake is measured; later loads need not write into it.
        (home / "kooch.toml").unlink()
        large = range(size.most_days, size.most_days + size.new_days)
        with make_world(accounts=size.accounts, days=large.stop) as world:
            yield from grow(world, home, size, days=range(end, large.start), compacting=False)
            many = [*measure_flat(world, home, days=large, is_full=size.is_full)]
            yield from many
            yield Figure(
                what=f"that, against the same at {world.accounts * size.days:,} rows",
                figure=many[-1].figure / few[-1].figure,
                unit="times",
                target=2.5 if size.is_full else None,
            )
        yield from measure_sizes(home, is_full=size.is_full, is_compacted=False)
        yield from measure_pages(home, is_full=size.is_full)


def as_json(figure: Figure) -> str:
    return json.dumps(
        {
            "what": figure.what,
            "figure": round(figure.figure, 3),
            "unit": figure.unit,
            "target": figure.target,
            "ok": figure.ok,
        }
    )


def as_line(figure: Figure) -> str:
    target = ""
    if figure.target is not None:
        target = f"{'≥' if figure.is_least else '≤'} {figure.target:g}  {'ok' if figure.ok else 'MISSED'}"
    number = f"{figure.figure:,.0f}" if figure.figure >= 1000 else f"{figure.figure:,.2f}"
    return f"{figure.what:<58} {number:>12} {figure.unit:<9} {target}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
