"""The cost of a crawl: compared with the month's budget before it begins, and counted before each question is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, NotConfigured
from scrapy.http import Response

from crawlers.pacing import StoppedError
from crawlers.questions import question_of
from crawlers.runs import Approve
from kooch.config import Settings
from kooch.errors import NotReadyError, StorageError
from kooch.store.outcomes import Target
from kooch.store.state import cost_since, count_cost, open_state
from kooch.times import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """US dollars for each account that a platform shows, and for all its crawls of one calendar month (UTC)."""

    usd_each: float
    monthly_budget_usd: float

    def price(self, accounts: int) -> float:
        """The most that a look at so many accounts costs, in US dollars."""
        return round(accounts * self.usd_each, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a crawl of `accounts` costs at most, and what is left of the month's budget before it, in US dollars."""

    accounts: int
    usd: float
    left_usd: float


class Charging(Protocol):
    """What this module needs from a spider's class."""

    platform: str

    @classmethod
    def unready(cls, settings: Settings) -> str | None: ...

    @classmethod
    def tariff(cls, settings: Settings) -> Tariff | None: ...


def approval(
    spider: type[Charging], settings: Settings, on_price: Callable[[str, Price], None] = lambda _platform, _price: None
) -> Approve:
    """A check before a crawl. It raises NotReadyError if a token or money is missing, and calls `on_price` with the price."""

    def approve(targets: Sequence[Target]) -> None:
        if fault := spider.unready(settings):
            raise NotReadyError(fault)
        tariff = spider.tariff(settings)
        if tariff is None:
            return
        month = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        with open_state(settings.home) as state:
            spent = cost_since(state, platform=spider.platform, since=month)
        price = Price(
            accounts=len(targets),
            usd=tariff.price(len(targets)),
            left_usd=max(0.0, round(tariff.monthly_budget_usd - spent, 6)),
        )
        if price.usd > price.left_usd:
            raise NotReadyError(
                f"A crawl of {spider.platform} may cost ${price.usd:,.2f}, {price.accounts:,} accounts at "
                f"${tariff.usd_each:g}, and ${price.left_usd:,.2f} is left of the ${tariff.monthly_budget_usd:,.2f} for "
                f"{month:%B %Y}. Raise monthly_budget_usd in [{spider.platform}] of {settings.home / 'kooch.toml'}, or "
                "take a smaller roster."
            )
        on_price(spider.platform, price)

    return approve


class Spending:
    """Scrapy's downloader middleware that counts what questions cost, if the platform charges.

    The most that a question can cost is on disk before it is sent. If the answer proves that a part is not charged,
    that part is taken off again. So if a crawl ends or an answer is lost, the sum is too high rather than too low.
    """

    def __init__(self, crawler: Crawler, tariff: Tariff) -> None:
        self._crawler = crawler
        self._tariff = tariff

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider: Any = crawler.spider
        tariff = spider.tariff(spider.job.settings)
        if tariff is None:
            raise NotConfigured
        spending = cls(crawler, tariff)
        crawler.signals.connect(spending.response_received, signals.response_received)
        return spending

    def process_request(self, request: Request) -> None:
        # Count once for all tries, because X charges for an account once a day.
        question = question_of(request)
        if question.targets and question.counted_usd is None:
            usd = self._tariff.price(len(question.targets))
            self._count(usd)
            question.counted_usd = usd

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status != 200:
            self._settle(request, 0)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, CannotResolveHostError | DownloadConnectionRefusedError):
            self._settle(request, 0)

    def response_received(self, response: Response, request: Request) -> None:
        """The answer as the spider will get it: unpacked."""
        spider: Any = self._crawler.spider
        accounts = spider.charged(response) if response.status == 200 else 0
        if accounts is not None:
            self._settle(request, self._tariff.price(accounts))

    def _settle(self, request: Request, usd: float) -> None:
        question = question_of(request)
        counted, question.counted_usd = question.counted_usd, None
        if counted is not None and counted != usd:
            self._count(usd - counted)

    def _count(self, usd: float) -> None:
        spider: Any = self._crawler.spider
        try:
            with open_state(spider.job.settings.home) as state:
                count_cost(state, spider.job.run.run, usd)
        except StorageError as error:
            # A question that cannot be counted is not sent. A count that is too high stays.
            spider.halt(error)
            raise StoppedError("the cost could not be counted") from error
