"""Writes outcomes of a spider into the spool in batches. A batch is on disk before it is reported."""

import asyncio
from time import monotonic
from typing import Self, cast

from scrapy.crawler import Crawler

from crawlers.base import PlatformSpider
from kooch.store.outcomes import Outcome
from kooch.store.spool import storable


class Spooling:
    """Scrapy's item pipeline.

    If a batch cannot be stored, the crawl stops. Its targets are asked again when the run continues.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._buffer: list[Outcome] = []
        self._oldest_at = 0.0
        self._timer: asyncio.Task[None] | None = None
        self._counted = (0, 0)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def _spider(self) -> PlatformSpider:
        return cast("PlatformSpider", self._crawler.spider)

    def open_spider(self) -> None:
        self._timer = asyncio.ensure_future(self._write_in_time())

    def process_item(self, item: Outcome) -> Outcome:
        if not self._buffer:
            self._oldest_at = monotonic()
        self._buffer.append(item)
        if len(self._buffer) >= self._spider.job.settings.crawl.batch_rows:
            self._write()
        return item

    def close_spider(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._buffer += self._spider.unanswered()
        self._write()

    async def _write_in_time(self) -> None:
        longest = self._spider.job.settings.crawl.batch_seconds
        while True:
            await asyncio.sleep(min(longest, 0.25))
            if self._buffer and monotonic() - self._oldest_at >= longest:
                self._write()

    def _write(self) -> None:
        spider, batch, self._buffer = self._spider, self._buffer, []
        if spider.is_halted:
            return
        job = spider.job
        try:
            batch = storable(batch)
            if batch:
                job.write(batch)
            self._count_traffic()
        except Exception as error:  # noqa: BLE001 -- whatever it is, a batch that is not on disk ends the crawl
            spider.halt(error)
            return
        for outcome in batch:
            job.on_outcome(outcome)

    def _count_traffic(self) -> None:
        stats = self._crawler.stats
        requests, received = (
            stats.get_value("downloader/request_count", 0),
            stats.get_value("downloader/response_bytes", 0),
        )
        if (requests, received) == self._counted:
            return
        self._spider.job.count(requests=requests - self._counted[0], received=received - self._counted[1])
        self._counted = requests, received
