"""A crawl of one platform from plan to end. `kooch crawl` and `scrapy crawl` both use it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from scrapy.spiderloader import SpiderLoader

from crawlers.base import PlatformSpider
from crawlers.pacing import host_of, seconds_to_ask
from crawlers.reactor import run_spider, scrapy_settings
from crawlers.runs import Crawled, Plan, Scope, end_job, open_job
from crawlers.spending import Price, approval
from kooch.config import Settings
from kooch.errors import ConfigError
from kooch.platforms import platform_of
from kooch.store.outcomes import Outcome, Target


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

    `plan` lists the targets of a new run. With `fresh` the unfinished run is given up: its open targets are skipped.
    A run with `is_recheck` is a second look; no other run continues it. `on_price` hears what a crawl costs at most, if
    the platform charges. `on_plan` hears how many targets are planned and how many are left. `on_outcome` hears of each
    outcome once it is on disk. `on_wait` hears of a host that asked to be left alone for some seconds. SIGINT or
    SIGTERM ends the crawl cleanly, and the run stays `running`; a second one kills.

    Raises RunningError while another process crawls the platform, StorageError when nothing can be stored,
    ConfigError for a platform without a spider, NotReadyError for one that lacks a token, or money.
    """
    spider = spider_of(platform)
    approve = approval(spider, settings, on_price)
    scope = Scope(platform=platform, roster=roster, is_recheck=is_recheck)
    with open_job(settings, scope, plan, fresh=fresh, approve=approve) as job:
        on_plan(platform, job.planned, len(job.targets))
        if job.targets:
            listening = replace(
                job,
                on_outcome=lambda outcome: on_outcome(platform, outcome),
                on_wait=lambda host, seconds: on_wait(platform, host, seconds),
            )
            run_spider(spider, listening)
        return end_job(settings, job.run)


def describe(settings: Settings, platform: str, targets: Sequence[Target]) -> list[HostPlan]:
    """Which hosts a first crawl of `targets` asks, and how often at most, those asked most first.

    Servers of single accounts, asked only about accounts that are not shown, are not among them.
    """
    return host_plans(settings, spider_of(platform), targets)


def host_plans(settings: Settings, spider: type[PlatformSpider], targets: Sequence[Target]) -> list[HostPlan]:
    """Which hosts a spider asks about `targets`, and how often at most, those asked most first."""
    per_second = spider.section(settings).requests_per_second
    allowance = spider.allowance(settings)
    forecast = spider.forecast(settings, targets)
    at_its_rate = seconds_to_ask(forecast, per_second)

    def seconds(url: str) -> float:
        pauses = allowance.seconds * (forecast[url] // allowance.questions) if allowance else 0
        return max(at_its_rate[url], pauses)

    return [
        HostPlan(
            host=host_of(url).removesuffix(":443"),
            requests=requests,
            per_second=per_second,
            seconds=seconds(url),
        )
        for url, requests in sorted(forecast.items(), key=lambda asked: -asked[1])
    ]


def cost(settings: Settings, platform: str, accounts: int) -> float:
    """What a look at so many accounts costs at most, in US dollars."""
    tariff = spider_of(platform).tariff(settings)
    return tariff.price(accounts) if tariff else 0


def is_charged(platform: str) -> bool:
    """Whether the platform charges for what it shows."""
    return spider_of(platform).tariff(Settings()) is not None


def ready_platforms(settings: Settings) -> list[str]:
    """The platforms that are crawled if none is named: those that lack nothing."""
    return [platform for platform in platforms() if not spider_of(platform).unready(settings)]


def platforms() -> list[str]:
    """The platforms that can be crawled: a spider registers by being in `crawlers/spiders/`."""
    return sorted(SpiderLoader.from_settings(scrapy_settings()).list())


def spider_of(platform: str) -> type[PlatformSpider]:
    """Raises ConfigError when no spider has that name."""
    loader = SpiderLoader.from_settings(scrapy_settings())
    if platform not in loader.list():
        raise ConfigError(platform_of(platform).instead_of_crawl())
    return cast("type[PlatformSpider]", loader.load(platform))
