"""If an account leads to a host of another shard, that shard gets all answers about it and goes on from there.

Readers are pure functions of answers. So the other shard begins anew, gets the known answers from the first shard, and
asks only what is left.
"""

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawlers.questions import question_of
from crawlers.runs import Job
from kooch.store.sharing import Heard
from kooch.times import now


class OtherShardError(IgnoreRequest):
    """A request to a host that shard `number` asks alone."""

    def __init__(self, number: int) -> None:
        super().__init__(f"shard {number} asks there")
        self.number = number


class Handing:
    """Scrapy's downloader middleware before pacing. It lets no request go to a host of another shard."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider: Any = crawler.spider
        if not spider.job.divides_hosts:
            raise NotConfigured
        return cls(spider.job)

    def process_request(self, request: Request) -> Response | None:
        question = question_of(request)
        for target in question.targets:
            for heard in self._job.heard_of(target):
                if heard.url == request.url:
                    question.heard_at = heard.at
                    return _response_of(heard)
        number = self._job.shard_that_asks(request.url)
        if number is not None:
            raise OtherShardError(number)
        question.heard_at = None
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        question = question_of(request)
        if question.targets:
            question.heard = (*question.heard, _heard(response, request.url, question.heard_at or now()))
        return response


def _heard(response: Response, url: str, at: datetime) -> Heard:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Heard(url=url, status=response.status, headers=headers, body=b64encode(response.body).decode(), at=at)


def _response_of(heard: Heard) -> Response:
    headers: dict[str, list[str]] = {}
    for name, value in heard.headers:
        headers.setdefault(name, []).append(value)
    body = b64decode(heard.body)
    bare = Response(heard.url, headers=headers)
    kind = responsetypes.from_args(headers=bare.headers, url=heard.url, body=body)
    return kind(heard.url, status=heard.status, headers=headers, body=body)
