"""A crawl of one platform from plan to end: what `kooch crawl` calls and `scrapy crawl` goes through as well."""

import asyncio
import atexit
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings as ScrapySettings
from scrapy.spiderloader import SpiderLoader
from twisted.internet import asyncioreactor

from crawlers.base import PlatformSpider
from crawlers.jobs import Crawled, Job, Plan, end_job, open_job
from crawlers.pacing import host_of
from crawlers.safety import Guard
from crawlers.spending import Price, approval
from kooch.config import BUNDLED_ROSTERS, Settings
from kooch.errors import ConfigError
from kooch.store.outcomes import Outcome, Target

_loop: asyncio.AbstractEventLoop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """How often a host will be asked at most, and how long that takes at its rate."""

    host: str
    requests: int
    per_second: float
    seconds: float


def crawl(
    settings: Settings,
    *,
    platform: str,
    roster: str | None,
    plan: Plan,
    fresh: bool = False,
    is_recheck: bool = False,
    on_price: Callable[[str, Price], None] = lambda _platform, _price: None,
    on_plan: Callable[[str, int, int], None] = lambda _platform, _planned, _left: None,
    on_outcome: Callable[[str, Outcome], None] = lambda _platform, _outcome: None,
    on_wait: Callable[[str, str, float], None] = lambda _platform, _host, _seconds: None,
) -> Crawled:
    """Continue the unfinished run of `platform` over `roster`, or plan one and run it; returns when it has ended.

    `plan` lists the targets of a new run. With `fresh` an unfinished run is aborted instead: its open targets are
    skipped. `is_recheck`: the run is a second look, and no other run continues it. `on_price` hears what a crawl costs at most, where the platform charges. `on_plan` hears how many targets are planned and how many are left, `on_outcome` hears of every outcome once it is on disk, `on_wait` of a host that asked to be left alone
    for some seconds. SIGINT or SIGTERM ends the crawl cleanly, and the run stays `running`; a second one kills.

    Raises RunningError while another process crawls the platform, StorageError when nothing can be stored,
    ConfigError for a platform without a spider, NotReadyError for one that lacks a token, or money.
    """
    spider = spider_of(platform)
    approve = approval(spider, settings, on_price)
    with open_job(settings, platform, roster, plan, fresh=fresh, is_recheck=is_recheck, approve=approve) as job:
        on_plan(platform, job.planned, len(job.targets))
        if job.targets:
            told = replace(
                job,
                on_outcome=lambda outcome: on_outcome(platform, outcome),
                on_wait=lambda host, seconds: on_wait(platform, host, seconds),
            )
            run_spider(spider, told)
        return end_job(settings, job.run.run, job.planned)


def describe(settings: Settings, platform: str, targets: Sequence[Target]) -> list[HostPlan]:
    """Which hosts a first crawl of `targets` asks, and how often at most, those asked most first.

    Servers of single accounts, asked only about accounts that are not shown, are not among them.
    """
    spider = spider_of(platform)
    per_second = spider.section(settings).requests_per_second
    return [
        HostPlan(
            host=host_of(url).removesuffix(":443"),
            requests=requests,
            per_second=per_second,
            seconds=requests / per_second,
        )
        for url, requests in sorted(spider.forecast(settings, targets).items(), key=lambda asked: -asked[1])
    ]


def cost(settings: Settings, platform: str, accounts: int) -> float:
    """What a look at so many accounts costs at most, in US dollars."""
    tariff = spider_of(platform).tariff(settings)
    return tariff.price(accounts) if tariff else 0


def ready_platforms(settings: Settings) -> list[str]:
    """The platforms that are crawled where none is named: those that lack nothing."""
    return [platform for platform in platforms() if not spider_of(platform).unready(settings)]


def platforms() -> list[str]:
    """The platforms that can be crawled: a spider in `crawlers/spiders/` registers by standing there."""
    return sorted(SpiderLoader.from_settings(_scrapy_settings()).list())


def spider_of(platform: str) -> type[PlatformSpider]:
    """Raises ConfigError when no spider has that name."""
    loader = SpiderLoader.from_settings(_scrapy_settings())
    if platform not in loader.list():
        from kooch.rosters import read_platforms  # noqa: PLC0415 -- a crawl does not carry DuckDB's 40 MB

        for known in read_platforms(BUNDLED_ROSTERS / "platforms.yaml"):
            if known.platform == platform and known.closed:
                raise ConfigError(
                    f"{known.name} closed in {known.closed:%B %Y}: there is nothing left to crawl. "
                    f"`kooch backfill {platform}` reads its archived pages."
                )
        raise ConfigError(f"Platform {platform!r} has no spider; there are: {', '.join(sorted(loader.list()))}.")
    return cast("type[PlatformSpider]", loader.load(platform))


def _scrapy_settings() -> ScrapySettings:
    settings = ScrapySettings()
    settings.setmodule("crawlers.settings", priority="project")
    return settings


def run_spider(spider: type[PlatformSpider], job: Job) -> None:
    """Run one spider to its end in this process, which may have run others before."""
    loop = _reactor_loop()
    # What Scrapy warns of (a body too long, data lost) is a failure with its detail in the spool.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    settings = _scrapy_settings()
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
