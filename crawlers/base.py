"""The base of all spiders: questions about targets, the reading of their answers, and one outcome for every target.

A leaf declares a platform and reads answers; its callbacks are pure functions of a response and of what their
question carries. Clocks, retries, failures and the spool are here and in the modules beside.
"""

import asyncio
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, NoReturn, Protocol, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawlers.allowance import Allowance
from crawlers.handing import OtherShardError
from crawlers.pacing import StoppedError, UnsentError
from crawlers.questions import CLOCK_ERROR, Instead, Question, Read, Result, answered_question, asking, question_of
from crawlers.queue import MOST_OPEN, Queue
from crawlers.reading import UnreadableError
from crawlers.runs import Job, open_shell_job
from crawlers.safety import installed_guard, kooch_settings
from crawlers.spending import Tariff, approval
from kooch import __version__
from kooch.config import Settings
from kooch.errors import ConfigError, HostLostError, KoochError
from kooch.store.forget import names_of, without_names
from kooch.store.outcomes import Cause, Drift, Failed, Looked, Observed, Outcome, Skipped, Target
from kooch.times import now

_log = logging.getLogger(__name__)


class Section(Protocol):
    """The settings that the table of every platform has."""

    @property
    def requests_per_second(self) -> float: ...


class Batch(NamedTuple):
    """Targets to ask about together, and outcomes of targets that need no question."""

    good: tuple[Target, ...]
    settled: tuple[Outcome, ...]

    def __bool__(self) -> bool:
        return bool(self.good or self.settled)


class PlatformSpider(scrapy.Spider):
    """A spider for one platform. A subclass declares the attributes and `ask`. Everything else has defaults."""

    platform: str
    """The platform's name in code, SQL and prose, and of its table in `kooch.toml`."""
    batch_size: ClassVar[int] = 1
    """How many targets the first question may hold."""

    most_open: ClassVar[int] = MOST_OPEN
    """How many targets of one lane are asked about at once."""
    has_many_hosts: ClassVar[bool] = False
    """Whether each target is asked for at its own host, which is its lane. Shards then divide the hosts, otherwise the targets."""
    has_one_host: ClassVar[bool] = False
    """Whether it asks one host about all targets. A crawl that loses that host ends, and continues another time."""
    most_at_once: ClassVar[int] = 32
    """How many requests to one host are on their way at once."""
    shows_last_post: ClassVar[bool] = False
    """Whether an answer about an account says when it last posted."""
    dates_accounts: ClassVar[bool] = False
    """Whether a look tells when an account was opened."""
    has_deadline: ClassVar[bool] = True
    """Whether `crawl.target_seconds` limits the time for one target."""

    job: Job
    requests_per_second: float
    """The rate that each of the platform's hosts allows."""
    paging: Allowance | None
    """The limit of each host for questions that follow an earlier answer, besides its rate; None if it has no such limit."""
    limited_seconds: float | None = None
    """Seconds to wait if a host answers 429 without saying how long; None: as after other failures."""

    def ask(self, batch: Sequence[Target]) -> Iterator[Request | Result]:
        """The first questions about a batch of targets, made by `question`; or results that need no question."""
        raise NotImplementedError

    @classmethod
    def lane_of(cls, target: Target) -> str:  # noqa: ARG003 -- for leaves
        """The lane of a target: the server that is asked, if the platform has many. A slow server delays only its own
        lane."""
        return ""

    def fault_of(self, target: Target) -> Failed | None:  # noqa: ARG002 -- for leaves
        """Why a target cannot be asked for at all."""
        return None

    @classmethod
    def unready(cls, settings: Settings) -> str | None:  # noqa: ARG003 -- for leaves
        """A sentence on what the crawl lacks, such as a token, and where to put it."""
        return None

    @classmethod
    def tariff(cls, settings: Settings) -> Tariff | None:  # noqa: ARG003 -- for leaves
        """The price of the platform, if it charges."""
        return None

    @classmethod
    def allowance(cls, settings: Settings) -> Allowance | None:  # noqa: ARG003 -- for leaves
        """The limit of each host for questions with `is_paging`, if it has one."""
        return None

    def charged(self, response: Response) -> int | None:  # noqa: ARG002 -- for leaves
        """How many accounts an answer with status 200 is charged for. None: unknown, so all count."""
        return None

    def is_live(self, response: Response) -> bool:  # noqa: ARG002 -- for leaves
        """Whether the answer comes from the host itself. An archive also repeats answers of other hosts."""
        return True

    def probe_url(self, origin: str) -> str | None:  # noqa: ARG002 -- for leaves
        """A question about no target that shows whether a host (`https://name`) works."""
        return None

    def is_final(self, response: Response) -> bool:  # noqa: ARG002 -- for leaves
        """Whether an answer of 429 or 5xx says that asking again is useless."""
        return False

    @classmethod
    def forecast(cls, settings: Settings, targets: Sequence[Target]) -> Mapping[str, int]:
        """The most requests that each known URL gets for a first look at `targets`, if all of them exist."""
        raise NotImplementedError

    def question(
        self,
        url: str,
        read: Read,
        *targets: Target,
        statuses: Sequence[int] = (200,),
        otherwise: Observed | Looked | None = None,
        instead: Instead | None = None,
        is_page: bool = False,
        is_paging: bool = False,
        follows_redirects: bool = True,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Request:
        """A request about `targets`: `read` gets the response and them, and yields results and questions.

        `statuses` are those that `read` understands. For any other status, the targets fail with the cause that it
        means. A question that only adds to what is already known carries that as `otherwise`: it is yielded when the
        question fails, and the time of the observation stays that of the answer before. `instead` gets the failure, and
        says what follows. Pages are asked for as robots.txt allows, APIs under their own terms. A question with
        `is_paging` counts for the spider's `paging`.
        """
        question = Question(
            targets=targets, read=read, statuses=statuses, otherwise=otherwise, instead=instead, is_paging=is_paging
        )
        request = Request(
            url,
            callback=self._receive,
            errback=self._lose,
            dont_filter=True,
            headers=dict(headers),
            meta=asking(question),
        )
        request.meta["dont_obey_robotstxt"] = not is_page
        request.meta["dont_redirect"] = not follows_redirects
        return request

    @classmethod
    def section(cls, settings: Settings) -> Section:
        """The platform's table of `kooch.toml`."""
        section: Section = getattr(settings, cls.platform)
        return section

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        kooch = kooch_settings(settings)
        contact = f" (+{kooch.contact})" if kooch.contact else ""
        settings.set("USER_AGENT", f"Kooch/{__version__}{contact}", priority="spider")
        settings.set("DOWNLOAD_TIMEOUT", kooch.crawl.timeout_seconds, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, job: Job | None = None, roster: str | None = None) -> Self:
        """A spider for `job`. Without one (`scrapy crawl … [-a roster=…]`) it takes a run up as `kooch crawl` does."""
        spider = super().from_crawler(crawler)
        if job is None:
            try:
                chosen = kooch_settings(crawler.settings)
                job = open_shell_job(chosen, cls.platform, roster, approval(cls, chosen))
            except KoochError as error:
                _leave(error)
            crawler.signals.connect(spider._leave_with_fault, signals.spider_closed)
        spider.take(job)
        crawler.signals.connect(spider._refuse_without_guard, signals.spider_opened)
        crawler.signals.connect(spider._release, signals.spider_closed)
        return spider

    def take(self, job: Job) -> None:
        """Start a job. Without Scrapy, a spider needs only this to read answers."""
        self.job = job
        self.requests_per_second = self.section(job.settings).requests_per_second / job.machines
        self.paging = self.allowance(job.settings)
        self.is_halted = False
        """Set when nothing more can be stored. Open questions are dropped, and asked again when the run continues."""
        self.fault: BaseException | None = None
        """The error that ended the crawl early."""
        self._queue = Queue(job.targets, lane_of=self.lane_of, most_open=self.most_open)

    async def start(self) -> AsyncIterator[Any]:
        try:
            while lane := await self._queue.next_lane():
                batch = self.next_batch(lane.waiting)
                for outcome in batch.settled:
                    yield outcome
                self._queue.send(batch.good, lane)
                for step in self.ask(batch.good) if batch.good else ():
                    for sent in [step] if isinstance(step, Request) else self.settle([step.target], step.result):
                        yield sent
        except Exception as error:
            # Scrapy would log it and end as if it had been stopped.
            self.fault = error
            raise

    def host_lost(self, error: UnsentError) -> KoochError:
        """The sentence for the user if the only host of a crawl is lost."""
        return HostLostError(f"{error.detail}. Run the same command again later: it continues where it stopped.")

    def halt(self, fault: BaseException) -> None:
        """End the crawl now, without outcomes for open targets."""
        if not self.is_halted:
            self.is_halted, self.fault = True, fault
            self._closing = asyncio.ensure_future(self._close_early())

    async def _close_early(self) -> None:
        # The last batch is written while the spider closes. Then nothing is left to close.
        with suppress(RuntimeError):
            await self.crawler.engine.close_spider_async(reason="fault")

    def drop(self, target: Target) -> None:
        """Close a target that needs no outcome."""
        self._queue.settle(target)

    def unanswered(self) -> list[Outcome]:
        """Failures for targets without an outcome when a crawl ends by itself, so that no planned target is lost."""
        if self.is_halted or self.fault or not self.crawler.crawling:
            return []
        return list(self.settle(self._queue.open, Failed(cause="unexpected_answer", detail="no question remained")))

    def next_batch(self, waiting: deque[Target]) -> Batch:
        """Take out the next targets to ask about together."""
        good: list[Target] = []
        settled: list[Outcome] = []
        while waiting and len(good) < self.batch_size:
            target = waiting.popleft()
            names = {target.key, target.native_id, f"@{target.handle or ''}".lower()}
            if names & self.job.suppressed:
                settled += self.settle([target], Skipped(cause="suppressed"))
            elif fault := self.fault_of(target):
                settled += self.settle([target], fault)
            else:
                good.append(target)
        return Batch(tuple(good), tuple(settled))

    def _receive(self, response: Response) -> Iterator[Outcome | Request]:
        question, place = answered_question(response), _place(response.url)
        shown_at = question.shown_at or question.heard_at or now()
        question.latest_at = now() + CLOCK_ERROR
        left = {target.key: target for target in question.targets}
        cause: Cause = "unexpected_answer"
        detail = f"{place} says nothing about the account"
        drift: tuple[Drift, ...] = ()
        try:
            check_status(response, question.statuses)
            drift = (Drift(path=urlsplit(response.url).path.strip("/").rpartition("/")[2], kind="mistyped"),)
            for step in question.read(response, *question.targets):
                for target in question_of(step).targets if isinstance(step, Request) else [step.target]:
                    left.pop(target.key, None)
                yield from self._go_on(step, question, shown_at)
        except UnreadableError as error:
            cause, detail = error.cause, f"{place}: {error.detail}"
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # The errors of strict reading, if an answer is not what the platform documents.
            detail = f"{place}: {type(error).__name__}: {ascii(str(error))[:200]}"
        attempts = question.attempts or 1
        failed = Failed(cause=cause, detail=detail, http_status=response.status, attempts=attempts)
        yield from self._fall_back(left.values(), question, failed, shown_at, drift)

    def _go_on(self, step: Result | Request, question: Question, shown_at: datetime) -> Iterator[Outcome | Request]:
        """Send what follows a question, with what is known of its targets so far; or settle its target."""
        if isinstance(step, Request):
            following = question_of(step)
            if following.otherwise is not None:
                following.shown_at = shown_at
            following.spent_seconds, following.heard = question.spent_seconds, question.heard
            yield step
        else:
            yield from self.settle([step.target], step.result, shown_at)

    def _lose(self, failure: Failure) -> Iterator[Outcome | Request]:
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy adds it
        question, place = question_of(request), _place(request.url)
        match failure.value:
            case StoppedError():
                return
            case OtherShardError(number=number):
                self._hand_over(question, number)
                return
            case UnsentError() as error if error.of_host and self.has_one_host:
                self.halt(self.host_lost(error))
                return
            case UnsentError() as error:
                detail = f"{place}: {error.detail}"
                failed = Failed(
                    cause=error.cause, detail=detail, http_status=error.http_status, attempts=error.attempts
                )
            case IgnoreRequest() as error if "DOWNLOAD_MAXSIZE" in str(error):
                failed = Failed(cause="body_too_large", detail=f"{place}: the body unpacks to more than the limit")
            case IgnoreRequest() as error:
                failed = Failed(cause="refused", detail=f"{place}: {error}")
            case error:
                failed = Failed(cause="unexpected_answer", detail=f"{place}: {type(error).__name__}: {error}"[:300])
        yield from self._fall_back(question.targets, question, failed, question.shown_at or now())

    def _hand_over(self, question: Question, number: int) -> None:
        """Leave targets to the shard that asks the host to which they lead."""
        try:
            for target in question.targets:
                self.job.hand_over(target, question.heard, number)
                self.drop(target)
        except KoochError as error:
            self.halt(error)

    def _fall_back(
        self,
        targets: Iterable[Target],
        question: Question,
        failed: Failed,
        at: datetime,
        drift: tuple[Drift, ...] = (),
    ) -> Iterator[Outcome | Request]:
        """What follows a question that failed: what the question itself names for this case, or outcomes from earlier
        answers.

        An answer that could not be read becomes drift of its document.
        """
        targets, known = list(targets), question.otherwise
        if question.instead is not None and targets:
            for step in question.instead(failed):
                yield from self._go_on(step, question, at)
            return
        if known is not None and targets:
            _log.info("%s; the observation is kept without it", failed.detail)
            known = replace(known, drift=(*known.drift, *drift))
        yield from self.settle(targets, known or failed, at)

    def settle(
        self, targets: Iterable[Target], result: Observed | Looked | Failed | Skipped, at: datetime | None = None
    ) -> Iterator[Outcome]:
        """The outcome of each target that has none yet."""
        recorded_at = now()
        if isinstance(result, Observed) and names_of(result) & self.job.suppressed:
            result = Skipped(cause="suppressed")
        if self.job.suppressed:
            result = without_names(result, self.platform, self.job.suppressed)
        if isinstance(result, Observed):
            result = _without_future(result, recorded_at + CLOCK_ERROR)
        for target in list(targets):
            if self._queue.settle(target):
                capture = target.capture
                yield Outcome(
                    target=target.key,
                    result=result,
                    valid_at=capture.captured_at if capture else at or recorded_at,
                    recorded_at=recorded_at,
                    handle=target.handle if capture else None,
                    capture=capture,
                )

    def _refuse_without_guard(self) -> None:
        try:
            installed_guard()
        except ConfigError as error:
            self.fault = error
            raise CloseSpider("no guard") from error

    def _release(self) -> None:
        self.job.resources.close()

    def _leave_with_fault(self) -> None:
        if isinstance(self.fault, KoochError):
            # Not from a signal handler: Scrapy would take the exit for a fault of the handler.
            asyncio.get_running_loop().call_soon(_leave, self.fault)


def _without_future(observed: Observed, limit: datetime) -> Observed:
    """The observation without times after `limit`. Each such time is drift."""
    bounds = tuple(bound for bound in observed.bounds if bound.not_before <= limit)
    last_post_at = observed.last_post_at
    drift = [Drift(path=bound.event, kind="too_large") for bound in observed.bounds if bound.not_before > limit]
    if last_post_at is not None and last_post_at > limit:
        drift.append(Drift(path="last_post_at", kind="too_large"))
        last_post_at = None
    if not drift:
        return observed
    return replace(observed, bounds=bounds, last_post_at=last_post_at, drift=(*observed.drift, *drift))


def check_status(response: Response, understood: Container[int]) -> None:
    """Raise UnreadableError for a status that is not understood, with the cause that the status means."""
    status = response.status
    if status in understood:
        return
    cause: Cause = "unexpected_answer"
    if status in (401, 403, 407, 451):
        cause = "refused"
    elif status >= 500:
        cause = "server_error"
    elif status == 429:
        cause = "rate_limited"
    raise UnreadableError(cause, f"answers {status}")


def _leave(error: KoochError) -> NoReturn:
    """End `scrapy crawl` as `kooch crawl` ends: one sentence, and the exit code of the fault."""
    sys.stderr.write(f"{error}\n")
    raise SystemExit(error.exit_code)


def _place(url: str) -> str:
    """A URL as a message may show it: without its query."""
    return url.partition("?")[0]
