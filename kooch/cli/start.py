"""`kooch start`: from nothing to the app, then the first crawl."""

import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.crawl import crawl_all
from kooch.cli.output import say, settings_of
from kooch.cli.progress import Prose
from kooch.cli.store import load_now
from kooch.config import Settings
from kooch.errors import ConfigError, KoochError
from kooch.store import read

_HOSTS_SHOWN = 5
_APP = Path(__file__).parents[2] / "app.py"


def start(
    context: typer.Context,
    crawl: Annotated[bool, typer.Option("--crawl/--no-crawl", help="Also look at the accounts now.")] = True,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: app.port in kooch.toml, 8501.")] = None,
) -> None:
    """Publish the rosters, open the app on 127.0.0.1, and crawl once. Ctrl-C ends it."""
    settings = settings_of(context, may_be_new=True)
    load_now(settings, quiet=True)
    with _app(settings, port or settings.app.port) as (server, address):
        say(f"Kooch is open: {address}")
        if (activate := Path(sys.prefix, "bin", "activate")).exists():
            say(f"In another terminal, `. {shlex.quote(str(activate))}` makes `kooch` a command.")
        if crawl:
            _crawl(settings)
        say("Press Ctrl-C to end.")
        server.wait()


def _crawl(settings: Settings) -> None:
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import; only a crawl waits for it

    platforms = crawling.ready_platforms(settings)
    for platform in platforms:
        targets = read.targets(settings.home, platform=platform, roster=None)
        say(f"Crawling {platform}: {len(targets)} accounts of the rosters, once.")
        hosts = crawling.describe(settings, platform, targets)
        for host in hosts[:_HOSTS_SHOWN]:
            say(
                f"  {host.host}: at most {host.requests} requests, {host.per_second:g} a second, about {ceil(host.seconds)} s."
            )
        if rest := hosts[_HOSTS_SHOWN:]:
            say(
                f"  and {len(rest)} more servers, {sum(host.requests for host in rest)} requests in all, none asked faster."
            )
    contact = settings.contact or "none: set `contact` in kooch.toml or KOOCH_CONTACT, so that servers can reach you"
    say(f"  Contact given to them: {contact}.")
    try:
        crawl_all(settings, platforms, tell=Prose())
    except KoochError as error:
        say(f"The crawl stopped: {error} The app stays open.")


@contextmanager
def _app(settings: Settings, port: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The Streamlit server as a child process, ready to be looked at."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigError(
                f"Port {port} on 127.0.0.1 cannot be used ({error.strerror}). Choose another with --port."
            ) from error
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(  # noqa: S603 -- our own app
        [
            *(sys.executable, "-m", "streamlit", "run", str(_APP)),
            *("--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"),
            *("--logger.level", "warning"),
        ],
        cwd=_APP.parent,
        env={**os.environ, "KOOCH_HOME": str(settings.home)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(server, address)
        yield server, address
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ConfigError(f"The app ended at once with code {server.returncode}; its message stands above.")
        try:
            with opener.open(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise ConfigError(f"The app did not answer on {address} within a minute. Try another port with --port.")
