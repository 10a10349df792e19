"""How long a visitor waits for the first chart: from a server that has just started, and from one that has been
visited."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from bench.figures import Figure
from tests.servers.app import serving
from tests.servers.browser import chromium

_TRIES = 5
_FIRST, _WARM = 2.5, 1.2


def measure_visiting(home: Path, *, is_full: bool) -> Iterator[Figure]:
    """The median of five fresh servers each: the first visit, and the second. `home` is made, with the bundled lists."""
    subprocess.run([sys.executable, "-m", "kooch", "--home", str(home), "load"], check=True, capture_output=True)
    first, warm = [], []
    with chromium() as browser:
        for _ in range(_TRIES):
            with serving(home) as address:
                first.append(_seconds_to_a_chart(browser, address))
                warm.append(_seconds_to_a_chart(browser, address))
    for what, took, target in (("first visit", first, _FIRST), ("second visit", warm, _WARM)):
        yield Figure(
            what=f"app, {what}: until the first chart",
            figure=statistics.median(took),
            unit="s",
            target=target if is_full else None,
        )


def _seconds_to_a_chart(browser: Browser, address: str) -> float:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(".vega-embed svg").first.wait_for(timeout=120_000)
    took = time.perf_counter() - began
    page.close()
    return took
