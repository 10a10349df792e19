"""The processes that proofs start and measure: `python tests/crawling.py serve`, or `… crawl HOME URL N RATE`.

Nothing else is imported here: what a crawl takes of memory is its own.
"""

import sys
import threading
from pathlib import Path
from typing import Any

from crawlers.crawling import crawl
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.store.outcomes import Target
from tests.faults import Bluesky, Server, did


def main(action: str, *arguments: str) -> None:
    if action == "serve":
        with Server(Bluesky(range(1, 120_000))) as server:
            print(server.url, flush=True)
            threading.Event().wait()
    home, url, count, rate = arguments
    networks: Any = ("127.0.0.0/8",)
    settings = Settings(
        home=Path(home),
        crawl=CrawlSettings(allow_networks=networks, timeout_seconds=3),
        bluesky=BlueskySettings(appview=url, plc=url, requests_per_second=float(rate)),  # type: ignore[arg-type]
    )
    result = crawl(settings, platform="bluesky", roster=None, plan=lambda: targets(int(count)))
    print(result.run.state, result.planned, result.observed, result.failed, result.skipped)


def targets(count: int) -> list[Target]:
    """Accounts seen before, of those that the server shows: nothing is asked but the AppView."""
    shown = [n for n in range(1, 2 * count) if Bluesky.is_shown(n)][:count]
    return [Target(key=did(n), native_id=did(n), handle=f"figure{n}.test", server="http://127.0.0.1:1") for n in shown]


if __name__ == "__main__":
    main(*sys.argv[1:])
