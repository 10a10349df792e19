"""The pace of each host: how fast it is asked, when it is left alone, and when it is given up. Each host has one gate.

A gate lets requests through at the platform's published rate, on a monotonic clock. 429, 503 and rate limits that are
about to be exhausted pause that host alone. All hosts under one registrable name share a rate, so that the owner of a
name cannot make Kooch ask faster by inventing hosts below it. Scrapy has none of this: its retries ignore Retry-After.

A failure may be the account's or the host's: another question to the host decides. A host that fails is asked one
question at a time, at growing distances, while the others wait. A failure in this time does not count against the
question. A host that has not come back after `crawl.outage_seconds` fails all its questions at once.

The time for one target is limited, too: the time that all its questions spend with servers, tries and redirects
included. Waiting for a turn or through a pause does not count, because a long queue is not the fault of a server that
answers.
"""

import asyncio
import logging
import random
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from heapq import heapreplace
from math import inf
from time import monotonic
from typing import Any, NamedTuple, Self, cast
from urllib.parse import urlsplit

from OpenSSL.SSL import Error as TlsError
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from service_identity import VerificationError
from tldextract import TLDExtract
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.python.failure import Failure

from crawlers.allowance import Allowance, Budget
from crawlers.connection import HeadersTooLargeError
from crawlers.questions import Question, asking, question_of
from crawlers.safety import installed_guard
from kooch.store.outcomes import Cause
from kooch.times import now, read_date, read_pause

_log = logging.getLogger(__name__)

LONGEST_PAUSE = 16 * 60.0
"""Seconds a host may ask to be left alone; beyond it the run gives the host up. X counts by windows of 15 minutes.

In a whole run it may ask for as much, and for as long again as its requests take at the published rate: a host with half
that rate is obeyed to the end, and one that wants a pause after every answer cannot hold the run.
"""
_MOST_LIMITED = 6
_MOST_ATTEMPTS = 30
"""The most times that one request is sent, even if its host fails and recovers repeatedly."""
_DOUBT_AFTER = 5
"""After so many failed requests in a row a host is doubted: it may be down."""
_LONGEST_WAIT = 30.0
"""The longest time between two questions to a doubted host, in seconds."""
_LATE_SECONDS = 0.1
_STOP_CHECK_SECONDS = 0.2
_HOSTS_A_NAME = 4
"""All hosts under one registrable name together get the rate of this many hosts."""
_CLOCK_ERROR_SECONDS = 300
_LEAST_SECONDS = 0.05
"""A target with less time left than this is not asked about."""
# The list of public suffixes comes with the package: nothing is fetched, nothing is cached on disk.
_suffixes = TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


class UnsentError(IgnoreRequest):
    """A request that has no answer, and why. `attempts` is how often it was sent; `of_host`: no other request to the
    host will have an answer either."""

    def __init__(
        self,
        cause: Cause,
        detail: str,
        attempts: int = 0,
        http_status: int | None = None,
        *,
        of_host: bool = False,
    ) -> None:
        super().__init__(detail)
        self.cause, self.detail, self.attempts, self.http_status = cause, detail, attempts, http_status
        self.of_host = of_host


class StoppedError(IgnoreRequest):
    """A request that was waiting when the crawl was stopped. It is sent again when the run continues."""


class Loss(NamedTuple):
    """What a download error means. `of_host` says whether every request to the host would fail in this way."""

    cause: Cause
    detail: str
    of_host: bool
    may_pass: bool


def host_of(url: str) -> str:
    """The host of a URL for pacing: name and port."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.hostname}:{port}"


def owner_of(url: str) -> str:
    """The registrable name to which a URL's host belongs. An address belongs to itself, and each of its ports is
    separate."""
    host = urlsplit(url).hostname or ""
    found = _suffixes(host)
    if found.ipv4 or found.ipv6 or "." not in host:
        return host_of(url)
    return found.top_domain_under_public_suffix or ".".join(host.split(".")[-2:])


def read_reset(value: str, at: datetime) -> float | None:
    """Seconds until a RateLimit-Reset: a number of seconds, an instant in Unix time, or an ISO 8601 time (Mastodon)."""
    text = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text):
        seconds = float(text)
        return max(0.0, seconds - at.timestamp()) if seconds > 1e9 else seconds
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - at).total_seconds())


class Turns:
    """When the hosts of one owner may be asked next."""

    def __init__(self, per_second: float) -> None:
        self.next_at = 0.0
        self._interval = 1 / per_second

    def take(self, at: float) -> None:
        self.next_at = max(self.next_at, at - max(self._interval, _LATE_SECONDS)) + self._interval


def seconds_to_ask(requests: Mapping[str, int], per_second: float) -> dict[str, float]:
    """Seconds until the last request at each URL, at the rate of its host and of all hosts under its name.

    Of many hosts under one name those that come first keep their turns: another one begins when one of them is done.
    """
    places: defaultdict[str, list[int]] = defaultdict(lambda: [0] * _HOSTS_A_NAME)
    found = {}
    for url, number in requests.items():
        done = heapreplace(places[owner_of(url)], places[owner_of(url)][0] + number) + number
        found[url] = max(done - 1, 0) / per_second
    return found


class Waiter(NamedTuple):
    """A question that waits for its turn; `is_fresh`: it has not failed yet."""

    future: "asyncio.Future[None]"
    is_fresh: bool


class Gate:
    """The queue of one host.

    Turns come `1 / per_second` apart. A host that has not answered yet, cannot be reached, or fails again and again is
    doubted: one request at a time goes out, the probe, at growing distances. Any of its questions may be the probe; those
    that have not failed yet go first, and between two of them `probe`, if there is one, asks a question about nobody.
    A host that stays doubted for `outage_seconds` is given up; without these, after `attempts` probes.
    """

    def __init__(
        self,
        host: str,
        per_second: float,
        attempts: int,
        turns: Turns,
        most_at_once: int,
        *,
        outage_seconds: float = 0,
        probe: Callable[[], None] | None = None,
    ) -> None:
        self.host = host
        self.is_warned_of = False
        """Whether the host's clock was found wrong."""
        self._turns = turns
        self.down: UnsentError | None = None
        self._interval = 1 / per_second
        self._attempts = attempts
        self._most_at_once = most_at_once
        self._outage_seconds = outage_seconds
        self._probe = probe
        self._waiting: deque[Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._next_at = 0.0
        self._paused_until = 0.0
        self._patience = LONGEST_PAUSE
        self._in_flight = 0
        self._is_reachable = False
        self._is_trusted = False
        self._doubted_since: float | None = None
        self._doubted_until = 0.0
        self._well_at = -inf
        self._losses = 0
        self._strikes = 0
        self._limited = 0
        self._limited_at = 0.0

    async def turn(self, *, is_fresh: bool = True) -> None:
        """Wait for the next turn. Raises UnsentError when the host is given up, StoppedError when the crawl ends."""
        if self.down:
            raise self.down
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiter(mine, is_fresh))
        self._release()
        await mine

    @contextmanager
    def ending_turn(self) -> Iterator[None]:
        """Read the result of a request. Then its turn is over, even if the reading fails, because others wait."""
        try:
            yield
        finally:
            self._in_flight -= 1
            self._release()

    @property
    def is_trusted(self) -> bool:
        return self._is_trusted

    @property
    def may_come_back(self) -> bool:
        """Whether a host that fails now is waited for."""
        return self._outage_seconds > 0 and self.down is None

    def was_well_since(self, at: float) -> bool:
        """Whether the host has answered any question since then. If so, a request that always failed has a fault of its own."""
        return self._well_at >= at

    def answered(self) -> None:
        self._is_reachable = self._is_trusted = True
        self._losses = self._strikes = 0
        self._doubted_since = None
        self._well_at = monotonic()

    def doubt(self) -> None:
        """Let another question decide whether the host is well."""
        if self._is_trusted:
            self._is_trusted = False
            self._strikes += 1
            self._doubted_since = self._doubted_until = monotonic()

    def limited(self, sent_at: float) -> None:
        """Note that a request, sent at `sent_at`, was over the limit. A host that says so after every pause is given
        up."""
        if sent_at >= self._limited_at:
            self._limited += 1
            self._limited_at = monotonic()
        if self._limited >= _MOST_LIMITED:
            self.give_up("rate_limited", f"{self.host} answers 429 after every pause, {self._limited} times")

    def let_through(self) -> None:
        """Note that a request was not over the limit."""
        self._limited = 0

    def lost(self, loss: Loss, sent_at: float) -> None:
        """Note that a request, sent at `sent_at`, got no answer, or an answer that the server is out of order."""
        self._losses += 1
        self._is_reachable = self._is_reachable or not (loss.of_host or loss.cause == "timeout")
        # Requests that were open when the host failed say nothing new. Only a probe counts.
        is_probe = not self._is_trusted and sent_at >= self._doubted_until
        if is_probe or (self._is_trusted and (loss.of_host or self._losses >= _DOUBT_AFTER)):
            self._is_trusted = False
            self._strikes += 1
            self._doubted_since = self._doubted_since or sent_at
            self._doubted_until = monotonic() + self._distance()
            self._paused_until = max(self._paused_until, self._doubted_until)
        if loss.of_host and not loss.may_pass:
            self.give_up(loss.cause, loss.detail)
        elif self._is_given_up():
            self.give_up(loss.cause, f"{loss.detail}, {self._losses} times")

    def _distance(self) -> float:
        """Seconds to the next probe; the last one comes when the patience ends."""
        wait = random.uniform(0.5, 1.0) * min(_LONGEST_WAIT, 2.0 ** (self._strikes - 1))  # noqa: S311 -- spreads retries, guards nothing
        return min(wait, max(self._patience_left(), 0.0)) if self._outage_seconds else wait

    def _patience_left(self) -> float:
        return self._outage_seconds - (monotonic() - (self._doubted_since or monotonic()))

    def _is_given_up(self) -> bool:
        """Whether the host has been doubted for so long, or by so many probes, that no more is asked of it."""
        if self._is_trusted:
            return False
        if self._outage_seconds:
            return self._patience_left() <= 0
        return self._strikes >= (self._attempts if self._is_reachable else min(2, self._attempts))

    @property
    def in_flight(self) -> int:
        return self._in_flight

    def pause(self, seconds: float) -> bool:
        """Leave the host alone for some seconds. Returns whether this is a new pause, because many answers may ask for the same one."""
        at = monotonic()
        more = at + seconds - max(at, self._paused_until)
        if more > 0:
            self._patience -= more
            self._paused_until = at + seconds
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._patience < 0:
            self.give_up("rate_limited", f"{self.host} asks to be left alone again and again")
        return self.down is None and more > 0.5

    def give_up(self, cause: Cause, detail: str) -> None:
        if self.down is None:
            self.down = UnsentError(cause, detail, of_host=True)
        self.turn_away(self.down)

    def turn_away(self, error: IgnoreRequest) -> None:
        """Fail all waiting questions."""
        while self._waiting:
            future = self._waiting.popleft().future
            if not future.done():
                future.set_exception(error)

    def _release(self, *, is_timed: bool = False) -> None:
        while (
            self._waiting and self._timer is None and self._in_flight < (self._most_at_once if self._is_trusted else 1)
        ):
            at = monotonic()
            due = max(self._next_at, self._paused_until, self._turns.next_at)
            if due > at:
                self._timer = asyncio.get_running_loop().call_later(due - at, self._fire)
                return
            # Timers fire a little late, and the next turns make up for it. A turn that nobody took is lost.
            self._next_at = (max(due, at - max(self._interval, _LATE_SECONDS)) if is_timed else at) + self._interval
            is_timed = False
            if self._probe is not None and self._is_probe_next():
                self._turns.take(at)
                self._in_flight += 1
                self._probe()
                return
            future = self._next_waiter()
            if not future.done():
                self._turns.take(at)
                self._in_flight += 1
                self._patience += self._interval
                future.set_result(None)

    def _is_probe_next(self) -> bool:
        """Whether a doubted host is asked about nobody next: every second time, or if all waiting questions have failed
        already."""
        is_doubted = not self._is_trusted and self._strikes > 0
        return is_doubted and (self._strikes % 2 == 0 or not any(waiter.is_fresh for waiter in self._waiting))

    def _next_waiter(self) -> "asyncio.Future[None]":
        """Take out the next waiting question; for a doubted host, one that has not failed yet."""
        if not self._is_trusted:
            for n, waiter in enumerate(self._waiting):
                if waiter.is_fresh:
                    del self._waiting[n]
                    return waiter.future
        return self._waiting.popleft().future

    def _fire(self) -> None:
        self._timer = None
        self._release(is_timed=True)


class Pacing:
    """Scrapy's downloader middleware that leads every request through the gate of its host and retries what may pass.

    It stands on the spider's side of Scrapy's statistics, so that these count what was sent.
    """

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        crawling = spider.job.settings.crawl
        self._crawler = crawler
        self._per_second: float = spider.requests_per_second
        self._most_at_once: int = spider.most_at_once
        self._attempts: int = crawling.attempts
        self._outage_seconds: float = crawling.outage_seconds
        self._probes: set[asyncio.Task[None]] = set()
        self._target_seconds: float = crawling.target_seconds if spider.has_deadline else inf
        self._paging: Allowance | None = spider.paging
        self._gates: dict[str, Gate] = {}
        self._budgets: dict[str, Budget] = {}
        self._owners: dict[str, Turns] = {}
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pacing = cls(crawler)
        crawler.signals.connect(pacing.spider_opened, signals.spider_opened)
        crawler.signals.connect(pacing.spider_closed, signals.spider_closed)
        return pacing

    def spider_opened(self) -> None:
        self._watch = asyncio.ensure_future(self._turn_away_when_stopped())

    def spider_closed(self) -> None:
        if self._watch:
            self._watch.cancel()

    async def process_request(self, request: Request) -> None:
        guard, question = installed_guard(), question_of(request)
        request.meta["download_slot"] = host = host_of(request.url)
        redirected_from = request.meta.get("redirect_urls", [""])[-1]
        if redirected_from.startswith("https:") and request.url.startswith("http:"):
            raise UnsentError("tls", f"redirected to {host} without encryption", question.attempts)
        gate = self._gates.get(host) or self._open_gate(host, request.url)
        if (urlsplit(request.url).hostname or "") in guard.refused:
            gate.give_up("unsafe_address", f"{host} has no public address")
        request.meta["download_timeout"] = min(request.meta["download_timeout"], self._time_left(request))
        if wait := question.wait_seconds:
            question.wait_seconds = 0
            await asyncio.sleep(wait)
        budget = self._budget_of(request)
        if budget is not None:
            await budget.reserve()
        try:
            # A probe already has its turn.
            if not question.is_probe:
                await gate.turn(is_fresh=question.failed_at is None)
        except IgnoreRequest as error:
            if budget is not None:
                budget.drop()
            if isinstance(error, UnsentError):
                raise UnsentError(error.cause, error.detail, question.attempts, of_host=error.of_host) from None
            raise
        question.attempts += 1
        question.sent_at = monotonic()

    def _open_gate(self, host: str, url: str) -> Gate:
        spider: Any = self._crawler.spider
        turns = self._owners.setdefault(owner_of(url), Turns(self._per_second * _HOSTS_A_NAME))
        origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
        probe_url = spider.probe_url(origin) if self._outage_seconds else None
        gate = self._gates[host] = Gate(
            host,
            self._per_second,
            self._attempts,
            turns,
            self._most_at_once,
            outage_seconds=self._outage_seconds,
            probe=None if probe_url is None else lambda: self._send_probe(probe_url),
        )
        if self._paging is not None:
            self._budgets[host] = Budget(self._paging)
        return gate

    def _budget_of(self, request: Request) -> Budget | None:
        """The allowance that a question uses besides the rate of its host, if any."""
        return self._budgets.get(host_of(request.url)) if question_of(request).is_paging else None

    def _send_probe(self, url: str) -> None:
        """Send a host a question about no target. Its answer is read here and goes no further."""
        question = Question(is_probe=True)
        request = Request(url, dont_filter=True, meta=asking(question))
        request.meta["dont_obey_robotstxt"] = request.meta["dont_redirect"] = True

        async def send() -> None:
            with suppress(Exception):
                await cast("Any", self._crawler.engine).download_async(request)
            if question.attempts == 0:
                # It was never sent, so its turn goes to the next request.
                with self._gates[host_of(url)].ending_turn():
                    pass

        probe = asyncio.ensure_future(send())
        self._probes.add(probe)
        probe.add_done_callback(self._probes.discard)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        if question_of(request).sent_at is None:
            return response  # another shard has heard it
        gate = self._gates[host_of(request.url)]
        sent_at = self._end_try(request)
        with gate.ending_turn():
            loss = self._read_response(request, response, gate, sent_at)
        if loss is None or question_of(request).is_probe:
            return response
        return self._again(request, gate, loss, response.status)

    def _end_try(self, request: Request) -> float:
        """Add the time that a request was under way to what its targets have spent; returns when it was sent."""
        question = question_of(request)
        sent_at = question.sent_at
        assert sent_at is not None  # noqa: S101 -- it was sent
        question.sent_at = None
        question.spent_seconds += monotonic() - sent_at
        budget = self._budget_of(request)
        if budget is not None:
            budget.answered()
        return sent_at

    def _read_response(self, request: Request, response: Response, gate: Gate, sent_at: float) -> Loss | None:
        """Tell the gate what an answer says about its host; returns why it is asked for again, if it is."""
        spider: Any = self._crawler.spider
        if not spider.is_live(response) or spider.is_final(response):
            gate.answered()
            gate.let_through()
            return None
        asked = self._asked_pause(response, gate)
        loss = None
        if {"partial", "dataloss"} & set(response.flags):
            loss = Loss("unreachable", f"{gate.host} cut its answer short", False, True)
        elif response.status >= 500 and response.status != 501:
            loss = Loss("server_error", f"{gate.host} answers {response.status}", False, True)
        elif response.status == 429:
            loss = Loss("rate_limited", f"{gate.host} answers 429", False, True)
            asked = spider.limited_seconds or self._backoff(request) + 1 if asked is None else asked
        if loss is None or loss.cause == "rate_limited":
            gate.answered()
        elif asked is None or gate.may_come_back:
            gate.lost(loss, sent_at)
        else:
            gate.answered()
        if response.status == 429:
            gate.limited(sent_at)
        else:
            gate.let_through()
        if asked is not None:
            self._pause(gate, asked)
        return loss

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if question_of(request).sent_at is None:
            return None
        gate = self._gates[host_of(request.url)]
        sent_at = self._end_try(request)
        with gate.ending_turn():
            loss = self._read_exception(request, exception, gate, sent_at)
        return None if loss is None or question_of(request).is_probe else self._again(request, gate, loss)

    def _read_exception(self, request: Request, exception: Exception, gate: Gate, sent_at: float) -> Loss | None:
        """Tell the gate what an error says about its host; None for an error that is not the network's."""
        spider: Any = self._crawler.spider
        loss = _loss_of(exception, gate.host)
        if loss is None or loss.cause in ("body_too_large", "refused"):
            gate.answered()
            return loss
        if urlsplit(request.url).hostname in installed_guard().refused:
            loss = Loss("unsafe_address", f"{gate.host} has no public address", True, False)
        if spider.has_one_host and any(isinstance(why, DownloadConnectionRefusedError) for why in _reasons(exception)):
            # If a blocked client goes on asking, it is blocked for longer.
            loss = loss._replace(may_pass=False)
        gate.lost(loss, sent_at)
        return loss

    def _again(self, request: Request, gate: Gate, loss: Loss, status: int | None = None) -> Request:
        question = question_of(request)
        self._time_left(request)
        if gate.down:
            raise UnsentError(gate.down.cause, gate.down.detail, question.attempts, status, of_host=True)
        if not loss.may_pass or self._is_own_fault(question, gate, loss):
            raise UnsentError(loss.cause, loss.detail, question.attempts, status)
        return _copy(request, 0 if loss.of_host or not gate.is_trusted else self._backoff(request))

    def _is_own_fault(self, question: Question, gate: Gate, loss: Loss) -> bool:
        """Whether a question has failed often enough at a host that answers others."""
        if question.attempts >= _MOST_ATTEMPTS:
            return True
        if not gate.may_come_back:
            # Faults of the host are not the question's fault. The gate counts them.
            return not loss.of_host and question.attempts >= self._attempts
        failed_before, question.failed_at = question.failed_at, monotonic()
        if not gate.is_trusted:
            return False
        question.faults += 1
        if question.faults < self._attempts:
            return False
        if loss.cause == "rate_limited" or (failed_before is not None and gate.was_well_since(failed_before)):
            return True
        gate.doubt()
        return False

    def _time_left(self, request: Request) -> float:
        """The seconds that servers may still take over the request's targets. Raises UnsentError when none are left."""
        question = question_of(request)
        left = self._target_seconds - question.spent_seconds
        if left < _LEAST_SECONDS:
            detail = f"servers took {self._target_seconds:g} seconds over it, the most for one account"
            raise UnsentError("timeout", detail, question.attempts)
        return left

    def _backoff(self, request: Request) -> float:
        # Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        return random.uniform(0, min(30.0, 0.5 * 2 ** question_of(request).attempts))  # noqa: S311 -- spreads retries

    def _asked_pause(self, response: Response, gate: Gate) -> float | None:
        """How many seconds the host asks to be left alone, by its own clock if the answer has it."""
        at = self._time_of(response, gate)
        if response.status in (429, 503) and (value := _header(response, "Retry-After")):
            pause = read_pause(value, at)
            if pause is not None:
                return pause
        for prefix in ("RateLimit", "X-RateLimit", "X-Rate-Limit"):
            left, value = (_header(response, f"{prefix}-{name}").strip() for name in ("Remaining", "Reset"))
            # Open questions may not be counted yet. They need what is left.
            if re.fullmatch(r"\d{1,9}", left) and int(left) < gate.in_flight and value:
                pause = read_reset(value, at)
                # Whole seconds are rounded down by those who send them (atproto), and so is the clock beside them.
                return None if pause is None else pause + (1 if value.isdecimal() else 0)
        return None

    def _time_of(self, response: Response, gate: Gate) -> datetime:
        at = now()
        theirs = read_date(_header(response, "Date"))
        if theirs is None:
            return at
        error = (theirs - at).total_seconds()
        if abs(error) > _CLOCK_ERROR_SECONDS and not gate.is_warned_of:
            gate.is_warned_of = True
            _log.warning("The clocks of this machine and of %s differ by %.0f seconds.", gate.host, error)
        return theirs

    def _pause(self, gate: Gate, seconds: float) -> None:
        if seconds > LONGEST_PAUSE:
            gate.give_up("rate_limited", f"{gate.host} asks to be left alone for {seconds:.0f} seconds")
            return
        spider: Any = self._crawler.spider
        if gate.pause(seconds):
            spider.job.on_wait(gate.host, seconds)

    async def _turn_away_when_stopped(self) -> None:
        spider: Any = self._crawler.spider
        while self._crawler.crawling and not spider.is_halted:  # noqa: ASYNC110 -- Scrapy has no signal for it
            await asyncio.sleep(_STOP_CHECK_SECONDS)
        while True:
            stopped = StoppedError("the crawl was stopped")
            for gate in self._gates.values():
                gate.turn_away(stopped)
            for budget in self._budgets.values():
                budget.turn_away(stopped)
            await asyncio.sleep(_STOP_CHECK_SECONDS)


def _copy(request: Request, wait_seconds: float = 0) -> Request:
    question_of(request).wait_seconds = wait_seconds
    return request.replace(dont_filter=True)


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


# What a download error means, first match first.
_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], Loss], ...] = (
    ((TlsError, VerificationError), Loss("tls", "{} has no certificate to trust, or no common protocol", True, False)),
    ((CannotResolveHostError, DNSLookupError), Loss("unreachable", "{} cannot be resolved", True, True)),
    ((DownloadConnectionRefusedError,), Loss("unreachable", "{} refuses connections", True, True)),
    ((DownloadTimeoutError,), Loss("timeout", "{} did not answer in time", False, True)),
    ((HeadersTooLargeError,), Loss("body_too_large", "{} sent headers without an end", False, False)),
    ((DownloadCancelledError,), Loss("body_too_large", "{} sent more than the limit", False, False)),
    ((UnsupportedURLSchemeError,), Loss("refused", "{}: only http and https are asked", False, False)),
    (
        (DownloadFailedError, ResponseDataLossError, ConnectionClosed),
        Loss("unreachable", "{} broke the connection", False, True),
    ),
    ((ConnectError,), Loss("unreachable", "{} cannot be reached", True, True)),
)


def _loss_of(error: BaseException, host: str) -> Loss | None:
    """What a download error means; None for one that is not the network's."""
    reasons = list(_reasons(error))
    for kinds, loss in _MEANINGS:
        if any(isinstance(reason, kinds) for reason in reasons):
            return loss._replace(detail=loss.detail.format(host))
    return None


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    """An error with all its causes. Twisted lists the reasons of a failed response as Failures."""
    while error is not None:
        yield error
        for reason in getattr(error, "reasons", ()):
            if isinstance(reason, Failure) and reason.value is not None:
                yield from _reasons(reason.value)
        error = error.__cause__
