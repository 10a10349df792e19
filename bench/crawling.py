"""Whether a crawl keeps to a host's rate, and what it costs: a Bluesky on loopback that allows ten requests a second."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from tests.faults import Bluesky, Server

RATE = 10

# In a process of its own: its time is the crawl's, start-up included, and not the server's.
_CRAWL = """
import resource, sys
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.store.outcomes import Target
from crawlers.crawling import crawl
from pathlib import Path
from tests.faults import did

home, url, accounts, rate = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
settings = Settings(
    home=home,
    contact="https://kooch.example/contact",
    crawl=CrawlSettings(allow_networks=("127.0.0.0/8",)),
    bluesky=BlueskySettings(appview=url, plc=url, requests_per_second=rate),
)
targets = [Target(key=did(n), native_id=did(n), handle=f"figure{n}.test") for n in range(1, accounts + 1)]
done = crawl(settings, platform="bluesky", roster=None, plan=lambda: targets)
used = resource.getrusage(resource.RUSAGE_SELF)
assert done.planned == done.observed + done.failed + done.skipped
print(used.ru_utime + used.ru_stime)
"""


def measure_crawling(home: Path, *, accounts: int, is_full: bool) -> Iterator[Figure]:
    with Server(Bluesky(range(1, accounts + 1))) as server:
        finished = subprocess.run(
            [sys.executable, "-c", _CRAWL, str(home), server.url, str(accounts), str(RATE)],
            check=True,
            capture_output=True,
            text=True,
        )
        times = [asked.at for asked in server.asked]
    used = float(finished.stdout.splitlines()[-1])
    seconds = times[-1] - times[0]
    yield Figure(what=f"crawl of {accounts:,} accounts: requests", figure=len(times), unit="requests")
    yield Figure(
        what=f"of {RATE} requests a second, kept",
        figure=100 * (len(times) - 1) / seconds / RATE,
        unit="%",
        target=95,
        is_least=True,
    )
    yield Figure(
        what="of a core, used, start-up included",
        figure=100 * used / seconds,
        unit="%",
        target=25 if is_full else None,
    )
