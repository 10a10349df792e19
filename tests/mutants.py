"""How many of a hundred small faults do the tests find?

    python -m tests.mutants [--tree CHECKOUT] [--side was|now] [--only WORDS] [--into FILE]

Each fault of `mutants.toml` is planted alone, into a copy of CHECKOUT, and its tests are run there until one fails. A fault
that no test finds is printed. It takes an hour of a processor: no target of the Makefile runs it.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

import duckdb  # noqa: F401 -- imported once, for all the processes that are forked
import playwright.sync_api  # noqa: F401 -- the same
import polars as pl  # noqa: F401 -- the same
import pyarrow.parquet as pq  # noqa: F401 -- the same
import pytest
import scrapy  # noqa: F401 -- the same

ROOT = Path(__file__).parents[1]
_COPIED = ("analytics", "bench", "crawlers", "docs", "kooch", "pages", "rosters", "tests", "app.py", "pyproject.toml")
_NEVER = ("node_modules", ".wayback", "__pycache__")
_SECONDS = 600

Side = Literal["was", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A text of a file, what it is replaced by, and the test files that may notice."""

    meaning: str
    file: Path
    text: str
    becomes: str
    tests: tuple[str, ...]


def read_faults(tree: Path, side: Side) -> Iterator[Fault]:
    """The faults as they are planted in `tree`. Raises ValueError for one that has no place there, or several."""
    for told in tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))["fault"]:
        file, text, becomes = told.get(side, told["was"])
        planted = tree / file
        if not planted.is_file() or planted.read_text(encoding="utf-8").count(text) != 1:
            raise ValueError(f"{told['is']!r} has no one place in {file}")
        yield Fault(meaning=told["is"], file=Path(file), text=text, becomes=becomes, tests=tuple(told["tests"]))


def copy_tree(tree: Path, into: Path) -> None:
    """Copy the parts of a checkout that tests need. The installations of their servers are shared."""
    for name in _COPIED:
        source = tree / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=shutil.ignore_patterns(*_NEVER))
        else:
            shutil.copy2(source, into / name)
    for name in _NEVER[:2]:
        (into / "tests" / "servers" / name).symlink_to((tree / "tests" / "servers" / name).resolve())


def find(fault: Fault, copy: Path) -> dict[str, Any]:
    """Plant a fault, run its tests until one fails, and take it out again."""
    file = copy / fault.file
    sound = file.read_text(encoding="utf-8")
    begun_at = time.monotonic()
    file.write_text(sound.replace(fault.text, fault.becomes), encoding="utf-8")
    try:
        by = _first_failure(copy, [f"tests/test_{name}.py" for name in fault.tests])
    finally:
        file.write_text(sound, encoding="utf-8")
    return {"is": fault.meaning, "found_by": by, "seconds": round(time.monotonic() - begun_at)}


def _first_failure(copy: Path, files: list[str]) -> str | None:
    """The first test that fails; None if none does."""
    says = copy / "said.txt"
    child = os.fork()
    if child == 0:
        _become_tests(copy, says, [name for name in files if (copy / name).is_file()])
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 0:
        return None
    said = says.read_text(encoding="utf-8", errors="replace").splitlines()
    failed = [line for line in said if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else f"ended with {code}: {' '.join(said[-5:])}"


def _become_tests(copy: Path, says: Path, files: list[str]) -> NoReturn:
    """Go on as `pytest` in the copy; SIGALRM ends what does not end."""
    signal.alarm(_SECONDS)
    output = os.open(says, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)
    sys.path[:0] = [str(copy)]
    for name in [name for name in sys.modules if name.partition(".")[0] in {"tests", *_COPIED}]:
        del sys.modules[name]
    # The rest of the configuration speaks to xdist.
    options = ["-x", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", "-p", "no:xdist"]
    options += ["-o", "addopts=--strict-markers -m 'not proof'"]
    code = 70
    try:
        code = pytest.main([*options, *files])
    except BaseException:  # noqa: BLE001 -- nothing of the parent's is ended or removed here
        os.write(2, traceback.format_exc().encode())
    os._exit(code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, default=ROOT)
    parser.add_argument("--side", choices=["was", "now"], default="now")
    parser.add_argument("--only", default="", help="faults in whose file or meaning this stands")
    parser.add_argument("--into", type=Path, help="a line of JSON a fault; those it holds are not planted again")
    parser.add_argument("--check", action="store_true", help="only say whether every fault has its place")
    wanted = parser.parse_args()
    tree = wanted.tree.absolute()
    faults = [fault for fault in read_faults(tree, wanted.side) if wanted.only in f"{fault.file} {fault.meaning}"]
    if wanted.check:
        print(f"{len(faults)} faults have their place")
        return
    known = _known(wanted.into)
    with tempfile.TemporaryDirectory() as folder:
        copy_tree(tree, Path(folder))
        for fault in faults:
            if fault.meaning not in known:
                found = known[fault.meaning] = find(fault, Path(folder))
                print(f"{'found' if found['found_by'] else 'NOT FOUND'}: {fault.meaning}", flush=True)
                if wanted.into:
                    with wanted.into.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(found) + "\n")
    n = sum(known[fault.meaning]["found_by"] is not None for fault in faults)
    print(f"{n} of {len(faults)} faults are found")


def _known(file: Path | None) -> dict[str, Mapping[str, Any]]:
    if file is None or not file.exists():
        return {}
    return {found["is"]: found for found in map(json.loads, file.read_text(encoding="utf-8").splitlines())}


if __name__ == "__main__":
    main()
