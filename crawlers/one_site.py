"""Platforms of Mastodon's API that have one site: a leaf says where it is, and what its accounts are like."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from crawlers.base import PlatformSpider
from crawlers.fediverse.account import Asked, Form, read_account
from crawlers.fediverse.software import MASTODON, says_not_found
from crawlers.questions import Result, latest_at
from crawlers.reading import UnreadableError, parse_json
from kooch.config import Settings
from kooch.store.outcomes import Observed, Target


class OneSiteSpider(PlatformSpider):
    """Accounts have a number and a name without a domain. If the number is known, the account is asked for by it."""

    site: ClassVar[str]
    """`https://` and the name of the site."""
    form: ClassVar[Form]
    by_name: ClassVar[str] = "/api/v1/accounts/lookup?acct={}"
    by_number: ClassVar[str] = "/api/v1/accounts/{}"

    @classmethod
    def forecast(cls, settings: Settings, targets: Sequence[Target]) -> Mapping[str, int]:  # noqa: ARG003 -- as the base has it
        return {cls.site: len(targets)}

    def ask(self, batch: Sequence[Target]) -> Iterator[Request]:
        for target in batch:
            path = self.by_name if target.native_id is None else self.by_number
            name = quote(target.native_id or target.handle or "", safe="")
            yield self.question(self.site + path.format(name), self.read, target, statuses=(200, 404))

    def read(self, response: Response, target: Target) -> Iterator[Result]:
        if response.status == 200:
            asked = Asked(
                target=target,
                server=self.site.removeprefix("https://"),
                latest_at=latest_at(response),
                software=MASTODON,
            )
            yield Result(target, read_account(parse_json(response, dict), asked, self.form))
        elif says_not_found(response):
            yield Result(target, Observed(status="not_found", native_id=target.native_id))
        else:
            raise UnreadableError("unexpected_answer", "answers 404 in other words than the API's")
