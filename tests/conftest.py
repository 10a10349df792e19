"""Fixtures: a published store, and real servers; a server that does not start fails the test, it never skips it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect
from streamlit.components.v2 import manifest_scanner

from kooch.config import BUNDLED_ROSTERS, VIEWS
from kooch.store.load import load
from tests import prepared
from tests.servers.bluesky import BlueskyNetwork
from tests.servers.browser import chromium
from tests.servers.loopback import CountingProxy

# A busy machine is no fault.
settings.register_profile("kooch", deadline=None)
settings.load_profile("kooch")
expect.set_options(timeout=30_000)


def pytest_configure() -> None:
    """First loads begin with a prepared master. No test waits minutes for a server that does not come back; those of outages say how long they wait."""
    os.environ.setdefault("KOOCH_CRAWL__OUTAGE_SECONDS", "0")
    prepared.begin_with_a_copy()
    # Every page under test would search all installed packages for components, which takes ten times as long as the page.
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """Put back what a page under test put in its place: each process that a later test spawns would run that page first."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def bluesky() -> Iterator[BlueskyNetwork]:
    """One Bluesky network for the whole session: use handles no other test uses."""
    with BlueskyNetwork() as network:
        yield network


@pytest.fixture(scope="session")
def bundled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the bundled rosters are published, and nothing was crawled. Read it only."""
    home = tmp_path_factory.mktemp("bundled")
    load(home, views=VIEWS, bundled=BUNDLED_ROSTERS)
    return home


@pytest.fixture
def counted() -> Iterator[Callable[[str], CountingProxy]]:
    """Put a counting proxy before a URL: `counted(bluesky.appview)`."""
    with ExitStack() as stack:
        yield lambda url: stack.enter_context(CountingProxy(url))


# Not for the session: while Playwright runs, no other test can start an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
