"""`python -m bench`: measure everything and print a table; exit code 1 if a target is missed."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.crawling import measure_crawling
from bench.figures import Figure
from bench.loading import Size, grow, measure_loading
from bench.pages import measure_pages
from bench.parsing import measure_parsing
from bench.simulation import make_world
from bench.sizes import measure_sizes
from bench.starting import measure_starting

FULL = Size(accounts=20_000, spooled_days=50, files_a_day=40, days=500, crawled=300, is_full=True)
SMALL = Size(accounts=500, spooled_days=4, files_a_day=4, days=8, crawled=50, is_full=False)


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
        with make_world(accounts=size.accounts, days=size.days) as world:
            yield from measure_loading(world, home, size)
            yield from grow(world, home, size)
        yield from measure_sizes(home, is_full=size.is_full)
        yield from measure_pages(home, is_full=size.is_full)
        yield from measure_starting(home, is_full=size.is_full)
        yield from measure_parsing(times=300 if size.is_full else 30)
        yield from measure_crawling(Path(place) / "crawl", accounts=size.crawled, is_full=size.is_full)


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
