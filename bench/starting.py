"""What a command costs before it has done anything: processor seconds of a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure

_TARGETS = {
    ("--help",): 0.4,
    ("status",): 0.4,
    ("schedule", "list"): 0.4,
    ("sql", "SELECT 1"): 0.5,
}
_TRIES = 5


def measure_starting(home: Path, *, is_full: bool) -> Iterator[Figure]:
    for words, target in _TARGETS.items():
        least = min(_seconds([sys.executable, "-m", "kooch", "--home", str(home), *words]) for _ in range(_TRIES))
        yield Figure(what=f"kooch {' '.join(words)}", figure=least, unit="CPU s", target=target if is_full else None)


def _seconds(command: list[str]) -> float:
    """User and system time of a command; the page cache is warm from the second try on."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime
