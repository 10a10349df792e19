"""`kooch start`: publish the lists, open the app, and crawl once."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from kooch.cli.crawl import crawl_all
from kooch.cli.output import say, settings_of
from kooch.cli.progress import Prose
from kooch.cli.store import load_now
from kooch.config import Settings
from kooch.errors import ConfigError, KoochError, StorageError, UnknownListError
from kooch.folders import HOUSE
from kooch.store import versions
from kooch.store.publish import is_pulled

_HOSTS_SHOWN = 5
_INTERRUPTED = 130
_LOG_BYTES = 1 << 20
_APP = HOUSE / "app.py"


def start(
    context: typer.Context,
    crawl: Annotated[bool, typer.Option("--crawl/--no-crawl", help="Whether to crawl the accounts now.")] = True,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The port of the app (default: app.port in kooch.toml, or 8501)."),
    ] = None,
    roster: Annotated[
        str | None,
        typer.Option(help="The list to open the app with (default: app.roster in kooch.toml, or in-koo-2021)."),
    ] = None,
) -> None:
    """Publish the lists, open the app on 127.0.0.1, and crawl once. Ctrl-C ends it."""
    settings = settings_of(context, may_be_new=True)
    is_reader = is_pulled(settings.home)
    if not is_reader:
        load_now(settings, quiet=True)
    if roster is not None:
        _refuse_unknown(settings, roster)
    with _ended_by_signals(), _app(settings, port or settings.app.port, roster) as (server, address):
        say(f"Kooch is open: {address}")
        if (activate := Path(sys.prefix, "bin", "activate")).exists():
            say(f"In another terminal, `. {shlex.quote(str(activate))}` makes `kooch` a command.")
        if crawl and not is_reader and _crawl(settings) == _INTERRUPTED:
            raise KeyboardInterrupt
        say("Press Ctrl-C to end.")
        code = server.wait()
    raise KoochError(
        f"The app ended by itself with code {code}. {_log_file(settings)} says why. Run `kooch start` again."
    )


def _refuse_unknown(settings: Settings, roster: str) -> None:
    with versions.open_version(versions.reading_file(settings.home)) as connection:
        known = [name for (name,) in connection.execute("SELECT roster FROM rosters ORDER BY roster").fetchall()]
    if roster not in known:
        raise UnknownListError(roster, known)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end the command and its app as Ctrl-C does, and a terminal that was closed (SIGHUP) as well."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def hang_up(_number: int, _frame: FrameType | None) -> None:
        # While a crawl is under way, that stops the crawl first.
        signal.raise_signal(signal.SIGTERM)

    wanted = {signal.SIGTERM: leave, signal.SIGHUP: hang_up}
    # `nohup` lets the command ignore SIGHUP.
    before = {
        number: signal.signal(number, handler)
        for number, handler in wanted.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _crawl(settings: Settings) -> int:
    """Returns the exit code of the crawl."""
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import; only a crawl waits for it

    platforms = crawling.ready_platforms(settings)
    for platform in platforms:
        targets = versions.targets(settings.home, platform=platform, roster=None)
        say(f"Crawling {platform}: {len(targets)} accounts of the lists, once.")
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
        return crawl_all(settings, platforms, tell=Prose())
    except KoochError as error:
        say(f"The crawl stopped: {error} The app stays open.")
        return error.exit_code


@contextmanager
def _app(settings: Settings, port: int, roster: str | None) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The Streamlit server as a child process that answers. Its output goes to the log."""
    _refuse_used(port)
    log = _log_file(settings)
    address = f"http://127.0.0.1:{port}"
    home = {} if roster is None else {"KOOCH_APP__ROSTER": roster}
    server = subprocess.Popen(  # noqa: S603 -- our own app
        [
            *(sys.executable, "-m", "streamlit", "run", str(_APP)),
            *("--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"),
            *("--logger.level", "warning"),
        ],
        cwd=_APP.parent,
        env={**os.environ, "KOOCH_HOME": str(settings.home), "KOOCH_APP_LOG": str(log), **home},
        stdout=_opened(log),
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_ready(server, address, log)
        yield server, address
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


def _refuse_used(port: int) -> None:
    """Raise ConfigError for a port that is in use, and name the next free one."""
    if (error := _bind(port)) is None:
        return
    free = next((other for other in range(port + 1, min(port + 100, 65536)) if _bind(other) is None), None)
    offer = f"Port {free} is free: `kooch start --port {free}`." if free else "Choose another with --port."
    raise ConfigError(f"Port {port} on 127.0.0.1 cannot be used ({error.strerror}). {offer}") from error


def _bind(port: int) -> OSError | None:
    """The error of listening on `port`; None if it can be used."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None


def _log_file(settings: Settings) -> Path:
    return settings.home / "app.log"


def _opened(log: Path) -> int:
    """A file descriptor that appends to the log. A log that is too long starts again."""
    try:
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.unlink()
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise StorageError(f"Log {log} cannot be written ({error.strerror}). Correct its permissions.") from error


def _wait_until_ready(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ConfigError(f"The app ended at once with code {server.returncode}. {log} says why.")
        try:
            with opener.open(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise ConfigError(f"The app did not answer on {address} within a minute. Try another port with --port.")
