"""How fast archived pages are read, and in how much memory: pages of X of the size of real ones, in one process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure

CASES = Path(__file__).parents[1] / "tests" / "cases" / "x"
SIZE = 400_000
"""Bytes. Six real captures have 17,000 to 401,000, 180,000 on average."""
KINDS = {
    "with the user object": "init_data",
    "with the layout's attributes": "nav_in_bengali",
    "with the visible text alone": "nav_compact_only",
}

# In a process of its own: its memory is the parser's.
_PARSE = """
import json, re, sys
from datetime import UTC, datetime
from time import process_time
from crawlers.archives import parser_of
from kooch.store.outcomes import Observed

file, size, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
page = open(file, "rb").read()
# An element in a hundred bytes, as in real pages.
post = b'<li class="stream-item"><div class="tweet" data-user-id="5" data-name="A &amp; B"><p>' + b"words " * 35 + b"</p></div></li>\\n"
body = page.replace(b"</body>", post * ((size - len(page)) // len(post)) + b"</body>")
parse, at = parser_of("x"), datetime(2017, 5, 20, tzinfo=UTC)
started = process_time()
for _ in range(times):
    assert isinstance(parse(body, at), Observed)
used = process_time() - started
# Not getrusage: a process begins with the maximum of the one that started it.
peak = int(re.search("VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
print(json.dumps({"rate": times / used, "mib": peak / 1024}))
"""


def measure_parsing(*, times: int) -> Iterator[Figure]:
    """Pages read `times` times each: the rate on one core and the most memory."""
    for kind, case in KINDS.items():
        finished = subprocess.run(
            [sys.executable, "-c", _PARSE, str(CASES / case / "page.html"), str(SIZE), str(times)],
            check=True,
            capture_output=True,
            text=True,
        )
        measured = json.loads(finished.stdout)
        yield Figure(
            what=f"archived pages of X, {kind}", figure=measured["rate"], unit="pages/s", target=100, is_least=True
        )
        yield Figure(what="  their memory", figure=measured["mib"], unit="MiB", target=200)
