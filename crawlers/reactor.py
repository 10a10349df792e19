"""Spiders in this process: Twisted's reactor, which is started once, and the signals that stop a crawl."""

import asyncio
import atexit
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings as ScrapySettings
from twisted.internet import asyncioreactor

from crawlers.base import PlatformSpider
from crawlers.runs import Job
from crawlers.safety import Guard

_loop: asyncio.AbstractEventLoop | None = None


def scrapy_settings() -> ScrapySettings:
    settings = ScrapySettings()
    settings.setmodule("crawlers.settings", priority="project")
    return settings


def run_spider(spider: type[PlatformSpider], job: Job) -> None:
    """Run one spider to its end in this process, which may have run others before."""
    loop = _reactor_loop()
    # If Scrapy warns (a body is too long, data are lost), the spool has a failure with the detail.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    settings = scrapy_settings()
    settings.set("KOOCH", job.settings, priority="cmdline")
    runner = AsyncCrawlerRunner(settings)

    async def run() -> Crawler:
        from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs one

        crawler = runner.create_crawler(spider)
        Guard.from_crawler(crawler, reactor).install_on_reactor()
        await runner.crawl(crawler, job=job)
        return crawler

    with _stopping_on_signals(loop, runner):
        crawler = loop.run_until_complete(run())
    fault = getattr(crawler.spider, "fault", None)
    if fault is not None:
        raise fault


def _reactor_loop() -> asyncio.AbstractEventLoop:
    """The loop under Twisted's reactor, which is started once: a reactor that was stopped never runs again."""
    global _loop  # noqa: PLW0603 -- the reactor is one for the process
    if _loop is None:
        _loop = asyncio.new_event_loop()
        asyncioreactor.install(_loop)  # type: ignore[no-untyped-call] # Twisted leaves it unannotated
        atexit.register(_loop.close)
        from twisted.internet import reactor  # noqa: PLC0415 -- not before it is installed

        started: Any = reactor
        started.startRunning(installSignalHandlers=False)
    return _loop


@contextmanager
def _stopping_on_signals(loop: asyncio.AbstractEventLoop, runner: AsyncCrawlerRunner) -> Iterator[None]:
    """The first SIGINT or SIGTERM stops the crawl, the second ends the process. Only the main thread gets signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    stopping: list[asyncio.Task[None]] = []

    def restore() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])

    def stop() -> None:
        restore()
        stopping.append(loop.create_task(runner.stop()))

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        restore()
