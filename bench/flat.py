"""What a load costs as the data grow. It runs in a process of its own, so that its peak of memory is its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.figures import Figure
from bench.simulation import World
from kooch.config import BUNDLED_ROSTERS, VIEWS
from kooch.store import publish
from kooch.store.load import load

_COPYING = ("_copy", "_share")
"""The functions of `kooch.store.publish` that copy whole files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of one load: seconds, how many of these copied whole files, and the peak of memory in MB."""

    seconds: float
    copying: float
    peak: float


def cost_of_load(home: Path) -> Cost:
    child = subprocess.Popen([sys.executable, "-m", "bench.flat", str(home)], stdout=subprocess.PIPE, text=True)
    with child:
        told = child.stdout.read() if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(**json.loads(told), peak=used.ru_maxrss / 1024)


def measure_flat(world: World, home: Path, *, days: range, is_full: bool) -> Iterator[Figure]:
    """Load these days, then nothing. The last figure is how long the first of these loads took, without copies of files."""
    held = f"at {world.accounts * days.start:,} rows"
    world.spool(home, days=days, files_a_day=4)
    new, nothing = cost_of_load(home), cost_of_load(home)
    what = f"load of {len(days) * world.accounts:,} new rows {held}"
    yield Figure(what=f"{what}: peak", figure=new.peak, unit="MB", target=1024 if is_full else None)
    yield Figure(what=f"{what}: copies of files", figure=new.copying, unit="s")
    yield Figure(what=f"load of nothing {held}", figure=nothing.seconds, unit="s", target=1 if is_full else None)
    yield Figure(what=f"{what}, without copies", figure=new.seconds - new.copying, unit="s")


def main() -> None:
    """Load the data folder that is named, and print what that took."""
    copying = 0.0

    def timed(stock: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: Any) -> None:  # noqa: ANN401 -- whatever it takes
            nonlocal copying
            began = time.perf_counter()
            stock(*arguments)
            copying += time.perf_counter() - began

        return call

    for name in _COPYING:
        patch.object(publish, name, timed(getattr(publish, name))).start()
    began = time.perf_counter()
    load(Path(sys.argv[1]), views=VIEWS, bundled=BUNDLED_ROSTERS)
    print(json.dumps({"seconds": time.perf_counter() - began, "copying": copying}))


if __name__ == "__main__":
    main()
