"""A crawl of one platform from plan to end: what `kooch crawl` calls and `scrapy crawl` goes through as well."""

import asyncio
import atexit
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings as ScrapySettings
from scrapy.spiderloader import SpiderLoader
from twisted.internet import asyncioreactor

from crawlers.base import Job, PlatformSpider
from crawlers.pacing import host_of
from crawlers.safety import Guard
from kooch.config import Settings
from kooch.errors import ConfigError
from kooch.store.locks import only_one
from kooch.store.outcomes import Outcome, Skipped, Target
from kooch.store.spool import answered, archive_folder, spool_folder, write_batch
from kooch.store.state import Run, RunState, end_run, open_state, plan_run, read_run, targets_of, unfinished_run
from kooch.times import now

Plan = Callable[[], list[Target]]

_loop: asyncio.AbstractEventLoop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """What became of a run: `planned = observed + failed + skipped`, unless it was interrupted and goes on later."""

    run: Run
    planned: int
    observed: int
    failed: int
    skipped: int

    @property
    def is_interrupted(self) -> bool:
        return self.run.state == "running"


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
    on_plan: Callable[[str, int, int], None] = lambda _platform, _planned, _left: None,
    on_outcome: Callable[[str, Outcome], None] = lambda _platform, _outcome: None,
    on_wait: Callable[[str, str, float], None] = lambda _platform, _host, _seconds: None,
) -> Crawled:
    """Continue the unfinished run of `platform` over `roster`, or plan one and run it; returns when it has ended.

    `plan` lists the targets of a new run. With `fresh` an unfinished run is aborted instead: its open targets are
    skipped. `on_plan` hears how many targets are planned and how many are left, `on_outcome` hears of every outcome once it is on disk, `on_wait` of a host that asked to be left alone
    for some seconds. SIGINT or SIGTERM ends the crawl cleanly, and the run stays `running`; a second one kills.

    Raises RunningError while another process crawls the platform, StorageError when nothing can be stored,
    ConfigError for a platform without a spider.
    """
    spider = spider_of(platform)
    with _job(settings, platform, roster, plan, fresh=fresh) as job:
        on_plan(platform, job.planned, len(job.targets))
        if job.targets:
            told = replace(
                job,
                on_outcome=lambda outcome: on_outcome(platform, outcome),
                on_wait=lambda host, seconds: on_wait(platform, host, seconds),
            )
            _run_spider(spider, told)
        return _end(settings, job.run.run, job.planned)


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


def platforms() -> list[str]:
    """The platforms that can be crawled: a spider in `crawlers/spiders/` registers by standing there."""
    return sorted(SpiderLoader.from_settings(_scrapy_settings()).list())


def spider_of(platform: str) -> type[PlatformSpider]:
    """Raises ConfigError when no spider has that name."""
    loader = SpiderLoader.from_settings(_scrapy_settings())
    if platform not in loader.list():
        raise ConfigError(f"Platform {platform!r} has no spider; there are: {', '.join(sorted(loader.list()))}.")
    return cast("type[PlatformSpider]", loader.load(platform))


def open_shell_job(settings: Settings, platform: str, roster: str | None) -> Job:
    """A job for `scrapy crawl`, ended when the spider closes."""
    from kooch.store.read import targets  # noqa: PLC0415 -- only the shell plans for itself

    resources = ExitStack()
    job = resources.enter_context(
        _job(settings, platform, roster, lambda: targets(settings.home, platform=platform, roster=roster), fresh=False)
    )
    resources.callback(lambda: _end(settings, job.run.run, job.planned))
    return replace(job, resources=resources)


@contextmanager
def _job(settings: Settings, platform: str, roster: str | None, plan: Plan, *, fresh: bool) -> Iterator[Job]:
    """The job of a run that is continued or planned, under the platform's lock."""
    home = settings.home
    with only_one(home, f"crawl-{platform}"):
        with open_state(home) as connection:
            run = unfinished_run(connection, platform=platform, roster=roster)
            if run is not None and fresh:
                at = now()
                left = _left(home, run.run, targets_of(connection, run.run))
                aborted = [
                    Outcome(target=target.key, result=Skipped(cause="aborted"), valid_at=at, recorded_at=at)
                    for target in left
                ]
                if aborted:
                    write_batch(home, run=run.run, platform=platform, outcomes=aborted)
                end_run(connection, run.run, "aborted")
                run = None
            if run is None:
                run = plan_run(connection, platform=platform, roster=roster, targets=plan())
            planned = targets_of(connection, run.run)
            targets = _left(home, run.run, planned)
            suppressed = connection.execute(
                "SELECT account FROM suppressions WHERE platform = ?", (platform,)
            ).fetchall()
        names = frozenset(str(account) for (account,) in suppressed)
        yield Job(settings=settings, run=run, planned=len(planned), targets=tuple(targets), suppressed=names)


def _left(home: Path, run: str, targets: list[Target]) -> list[Target]:
    done = answered(home, run)
    return [target for target in targets if target.key not in done]


def _end(settings: Settings, run: str, planned: int) -> Crawled:
    """Count what the run has, and end it when every target has an outcome."""
    outcomes = _outcomes(settings, run)
    with open_state(settings.home) as connection:
        kinds = list(outcomes.values())
        observed, failed, skipped = (kinds.count(kind) for kind in ("observed", "failed", "skipped"))
        if len(kinds) == planned:
            state: RunState = "partial"
            if failed == 0:
                state = "complete"
            elif observed == 0:
                state = "failed"
            end_run(connection, run, state)
        return Crawled(
            run=read_run(connection, run), planned=planned, observed=observed, failed=failed, skipped=skipped
        )


def _outcomes(settings: Settings, run: str) -> dict[str, str]:
    """The kind of outcome of each target of a run."""
    kinds: dict[str, str] = {}
    for folder in (spool_folder(settings.home), archive_folder(settings.home)):
        for file in (folder / run).glob("*.parquet"):
            try:
                table = pq.read_table(file, columns=["target", "outcome"])
            except (pa.ArrowException, FileNotFoundError):
                # Broken, or on its way into the archive, which is read next.
                continue
            kinds |= dict(zip(table["target"].to_pylist(), table["outcome"].to_pylist(), strict=True))
    return kinds


def _scrapy_settings() -> ScrapySettings:
    settings = ScrapySettings()
    settings.setmodule("crawlers.settings", priority="project")
    return settings


def _run_spider(spider: type[PlatformSpider], job: Job) -> None:
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
