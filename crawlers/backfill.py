"""A platform's past from the Wayback Machine: the index is walked for captures, then each is read as of its own time.

One run has two crawls, each at the pace that the archive asks of it. Listed captures and fetched bodies are kept at
once, so a run that was killed goes on where it stopped, and asks for nothing twice.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from scrapy import Request
from scrapy.http import Response

from crawlers.archives import parser_of, readable
from crawlers.base import PlatformSpider, check_status
from crawlers.pacing import UnsentError
from crawlers.questions import Result
from crawlers.reactor import run_spider
from crawlers.reading import UnreadableError
from crawlers.runs import Begin, Crawled, Job, Scope, end_job, job_of, take_up
from crawlers.wayback import (
    capture_url,
    index_url,
    is_askable,
    is_excluded,
    memento_at,
    period_of,
    queries_of,
    read_index,
    split_capture_url,
    thin,
    urlkey,
)
from kooch.config import Settings
from kooch.errors import ConfigError, HostLostError, KoochError, StorageError
from kooch.platforms import known
from kooch.store.backfills import (
    Backfill,
    Every,
    Walk,
    begin_backfill,
    ended_walks,
    is_planned,
    keep_page,
    misfits_of,
    open_walks,
    plan_captures,
    read_backfill,
    rows_of,
)
from kooch.store.bodies import keep_body, read_body
from kooch.store.forget import names_of
from kooch.store.locks import only_one
from kooch.store.outcomes import Capture, Failed, Observed, Outcome, Skipped, Target
from kooch.store.spool import answered
from kooch.store.state import Run, open_state, suppressed_accounts

LOCK = "backfill"
"""The lock of backfills. Only one runs at a time, whatever the platform, because all ask one archive."""
_MOST_PAGES = 10_000
_NO_DIGEST = "-"
"""The kind of target for a walk through the index that failed."""
_LATE_TIMERS = 0.96
"""How much slower than its limit the index is asked, so that a late timer does not make one request too many."""


class Rate(NamedTuple):
    """The archive's limit for one kind of question."""

    requests_per_second: float


class ArchiveSpider(PlatformSpider):
    """What both spiders of the archive share: its one host, its limits, and the platform of the accounts."""

    has_one_host = True

    def take(self, job: Job) -> None:
        super().take(job)
        self.platform = job.run.platform
        self.limited_seconds = job.settings.wayback.pause_seconds

    def host_lost(self, error: UnsentError) -> KoochError:
        if "refuses connections" not in error.detail:
            return super().host_lost(error)
        return HostLostError(
            f"{error.detail}: the archive blocks addresses that ask too fast, for an hour at first and twice as long each"
            " time. Wait an hour, then run the same command again: it continues where it stopped."
        )


class IndexSpider(ArchiveSpider):
    """Walks through the index. A finished walk is stored in `state.sqlite`. A failed walk is an outcome of the run."""

    name = "wayback-index"
    has_deadline = False

    @classmethod
    def section(cls, settings: Settings) -> Rate:
        return Rate(settings.wayback.index_per_minute / 60 * _LATE_TIMERS)

    def take(self, job: Job) -> None:
        super().take(job)
        with open_state(job.settings.home) as state:
            wanted = read_backfill(state, job.run.run)
            walks = open_walks(state, job.run.run)
        self._resume_keys = {walk.walk: walk.resume_key for walk in walks}
        self._queries = {
            query.name: query.within(wanted.first_day, wanted.last_day)
            for walk in walks
            for query in queries_of(self.platform, walk.handle)
        }
        self._pages = Counter[str]()

    @classmethod
    def lane_of(cls, target: Target) -> str:
        return target.key

    def fault_of(self, target: Target) -> Failed | None:
        detail = f"{ascii(target.handle)[:80]} is not a handle"
        return (
            None if is_askable(self.platform, target.handle or "") else Failed(cause="malformed_handle", detail=detail)
        )

    def ask(self, batch: Sequence[Target]) -> Iterator[Request]:
        for target in batch:
            yield self._ask_page(target, self._resume_keys[target.key])

    def read_page(self, response: Response, target: Target, *, asked: str | None) -> Iterator[Request]:
        """Store a page of the index, then ask for the next."""
        if is_excluded(response.status, _headers(response)):
            raise UnreadableError("excluded", f"the archive does not show {target.key}")
        check_status(response, (200,))
        page = read_index(response.body, self._queries[target.key])
        self._pages[target.key] += 1
        if page.resume_key is not None and (page.resume_key == asked or self._pages[target.key] > _MOST_PAGES):
            raise UnreadableError("unexpected_answer", f"the index of {target.key} goes round in circles")
        try:
            with open_state(self.job.settings.home) as state:
                keep_page(
                    state, self.job.run.run, target.key, page.rows, misfits=page.misfits, resume_key=page.resume_key
                )
        except StorageError as error:
            self.halt(error)
            return
        if page.resume_key is None:
            self.drop(target)
        else:
            yield self._ask_page(target, page.resume_key)

    def _ask_page(self, target: Target, resume_key: str | None) -> Request:
        wayback = self.job.settings.wayback
        query = self._queries[target.key]
        url = index_url(str(wayback.url), query, limit=wayback.index_rows, resume_key=resume_key)
        return self.question(url, partial(self.read_page, asked=resume_key), target, statuses=(200, 403))


class CaptureSpider(ArchiveSpider):
    """Reads archived pages. Pages with one digest come one after another: the first fetches the body, the others reuse it."""

    name = "wayback"
    most_at_once = 8
    """Pages that are being fetched when the process is killed are fetched again."""
    most_open = 1

    @classmethod
    def section(cls, settings: Settings) -> Rate:
        return Rate(settings.wayback.captures_per_second)

    def take(self, job: Job) -> None:
        super().take(job)
        self._reader = parser_of(job.run.platform)

    @classmethod
    def lane_of(cls, target: Target) -> str:
        return _capture_of(target).digest

    def fault_of(self, target: Target) -> Failed | None:
        # The outcome of a failed walk was lost with its batch.
        detail = f"the index of {target.key} could not be read"
        return Failed(cause="unexpected_answer", detail=detail) if _capture_of(target).digest == _NO_DIGEST else None

    def ask(self, batch: Sequence[Target]) -> Iterator[Request | Result]:
        for target in batch:
            body = read_body(self.job.settings.home, _capture_of(target).digest)
            if body is not None:
                yield Result(target, self._read(body, target))
                continue
            timestamp, _, original = target.key.partition("/")
            url = capture_url(str(self.job.settings.wayback.url), timestamp, original, raw=True)
            yield self.question(url, self.read_capture, target, statuses=range(200, 600), is_page=True)

    def is_live(self, response: Response) -> bool:
        return memento_at(_headers(response)) is None

    def read_capture(self, response: Response, target: Target) -> Iterator[Result]:
        """The archived page, or why it is not the requested one."""
        capture, headers = _capture_of(target), _headers(response)
        archived_at = memento_at(headers)
        if is_excluded(response.status, headers):
            yield Result(target, Failed(cause="excluded", detail=f"{capture.url}: not shown by the archive"))
        elif archived_at is None and response.status == 404:
            yield Result(target, Failed(cause="not_archived", detail=capture.url, http_status=404))
        elif archived_at is None:
            check_status(response, (200,))
            raise UnreadableError("unexpected_answer", "answers with a page that is not archived")
        elif archived_at != capture.captured_at or not _is_same_page(response.url, target):
            detail = f"{capture.url}: answered with another page, archived {archived_at:%Y-%m-%d %H:%M:%S} UTC"
            yield Result(target, Failed(cause="another_time", detail=detail, http_status=response.status))
        elif response.status != 200:
            detail = f"{capture.url}: the archived answer is {response.status}"
            yield Result(target, Failed(cause="unexpected_answer", detail=detail, http_status=response.status))
        elif (encoding := headers.get("content-encoding", "identity").lower()) != "identity":
            # If this page were kept, it would be read as another page forever.
            detail = f"{capture.url}: cannot be decoded from {ascii(encoding)[:40]}"
            yield Result(target, Failed(cause="unexpected_answer", detail=detail, http_status=200))
        else:
            result = self._read(response.body, target)
            if self._may_keep(result):
                try:
                    keep_body(self.job.settings.home, capture.digest, response.body)
                except StorageError as error:
                    self.halt(error)
            yield Result(target, result)

    def _may_keep(self, result: Observed | Failed | Skipped) -> bool:
        """Leave out results about suppressed accounts, and about accounts that nobody asked for and that may be suppressed."""
        if isinstance(result, Observed):
            return not names_of(result) & self.job.suppressed
        return isinstance(result, Failed) and result.cause != "another_account"

    def _read(self, body: bytes, target: Target) -> Observed | Failed | Skipped:
        capture = _capture_of(target)
        result = self._reader(body, capture.captured_at, handle=target.handle)
        return replace(result, detail=f"{capture.url}: {result.detail}") if isinstance(result, Failed) else result


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """The callbacks of a backfill.

    `on_walks` hears how many walks through the index are ahead, and how many seconds they take at least; `on_misfits` how
    many of its rows were no captures; the others hear what those of a crawl hear.
    """

    on_walks: Callable[[int, float], None] = lambda _walks, _seconds: None
    on_misfits: Callable[[int], None] = lambda _rows: None
    on_plan: Callable[[str, int, int], None] = lambda _platform, _planned, _left: None
    on_outcome: Callable[[str, Outcome], None] = lambda _platform, _outcome: None
    on_wait: Callable[[str, str, float], None] = lambda _platform, _host, _seconds: None


def backfill(
    settings: Settings,
    *,
    platform: str,
    roster: str | None,
    accounts: Callable[[], Sequence[Target]],
    read_already: Callable[[], set[str]],
    wanted: Backfill,
    fresh: bool = False,
    tell: Listener = Listener(),
) -> Crawled:
    """Continue the unfinished backfill of `platform` over `roster`, or begin one as `wanted`; returns when it has ended.

    `accounts` lists those whose handles are looked up, `read_already` the addresses of captures that need no second
    reading. With `fresh` an unfinished run is given up instead, its open captures are skipped.

    Raises RunningError while another backfill runs, HostLostError when the archive answers no more, StorageError,
    ConfigError for a platform whose archived pages cannot be read.
    """
    refuse_unlisted(platform)
    with only_one(settings.home, LOCK):
        run = take_up(
            settings,
            Scope(platform=platform, roster=roster, source="archive"),
            prepare=lambda state: _prepare(state, platform, roster, accounts(), wanted),
            fresh=fresh,
            may_continue=lambda state, run: _check_wanted(state, run, wanted),
            before_giving_up=lambda state, run: _plan_failed_walks(settings, state, run),
        )
        if not _is_planned(settings, run):
            _walk(settings, run, tell)
            if _open_walks(settings, run.run):
                return Crawled(run=run, planned=0, observed=0, failed=0, skipped=0)
            _plan(settings, run, read_already())
        job = _with_listener(job_of(settings, run), tell)
        tell.on_plan(platform, job.planned, len(job.targets))
        if job.targets:
            run_spider(CaptureSpider, job)
        return end_job(settings, run)


def refuse_unlisted(platform: str) -> None:
    """Raise ConfigError for a platform about which no archive is asked, or whose pages cannot be read."""
    archived = [name for name in readable() if known()[name].archive]
    if platform not in archived:
        raise ConfigError(f"Archived pages of {platform!r} cannot be read. Choose one of {', '.join(archived)}.")


def _with_listener(job: Job, tell: Listener) -> Job:
    platform = job.run.platform
    return replace(
        job,
        on_outcome=lambda outcome: tell.on_outcome(platform, outcome),
        on_wait=lambda host, seconds: tell.on_wait(platform, host, seconds),
    )


def _walk(settings: Settings, run: Run, tell: Listener) -> None:
    """Read the rest of the index."""
    walks = _open_walks(settings, run.run)
    tell.on_walks(len(walks), len(walks) / IndexSpider.section(settings).requests_per_second)
    if walks:
        targets = tuple(_target_of(walk, run, settings) for walk in walks)
        run_spider(IndexSpider, replace(_with_listener(job_of(settings, run), tell), targets=targets))
    with open_state(settings.home) as state:
        misfits = misfits_of(state, run.run)
    if misfits and not _open_walks(settings, run.run):
        tell.on_misfits(misfits)


def _prepare(
    state: sqlite3.Connection, platform: str, roster: str | None, accounts: Sequence[Target], wanted: Backfill
) -> Begin:
    suppressed = suppressed_accounts(state, platform)
    walks = {
        walk.walk: walk
        for account in accounts
        if account.handle and not {f"@{account.handle.lower()}", account.native_id} & suppressed
        for walk in _walks_of(platform, account.handle, wanted)
    }
    return lambda state: begin_backfill(state, platform=platform, roster=roster, wanted=wanted, walks=walks.values())


def _check_wanted(state: sqlite3.Connection, run: Run, wanted: Backfill) -> None:
    """Raise ConfigError if the run was begun with other days."""
    begun_with = read_backfill(state, run.run)
    if begun_with != wanted:
        raise ConfigError(
            f"The unfinished backfill of {run.platform} keeps {_in_words(begun_with)}. Run the command as you did then, or"
            " give that one up with --new."
        )


def _is_planned(settings: Settings, run: Run) -> bool:
    with open_state(settings.home) as state:
        return is_planned(state, run.run)


def _plan_failed_walks(settings: Settings, state: sqlite3.Connection, run: Run) -> None:
    """Plan the walks that have failed already, so that the run has its outcomes when it is given up."""
    if not is_planned(state, run.run):
        plan_captures(state, run.run, _failed_walks(settings, run))


def _in_words(wanted: Backfill) -> str:
    every = "every capture" if wanted.every is Every.CAPTURE else f"one capture a {wanted.every}"
    return f"{every}, from {wanted.first_day or 'the beginning'} to {wanted.last_day or 'now'}"


def _plan(settings: Settings, run: Run, read_already: set[str]) -> None:
    """Choose captures from the index, and plan them together with the walks that failed."""
    base = str(settings.wayback.url)
    targets = {target.key: target for target in _failed_walks(settings, run)}
    with open_state(settings.home) as state:
        wanted = read_backfill(state, run.run)
        ended = ended_walks(state, run.run)
        for handle in sorted({walk.handle for walk in ended}):
            covered: set[object] = set()
            for query in queries_of(run.platform, handle):
                for row in thin(rows_of(state, run.run, query.name), wanted.every):
                    period = period_of(row, wanted.every)
                    if period in covered:
                        continue
                    if query.sure_until and row.captured_at.date() <= query.sure_until:
                        covered.add(period)
                    url = capture_url(base, row.timestamp, row.original, raw=False)
                    if url not in read_already:
                        key = f"{row.timestamp}/{row.original}"
                        capture = Capture(url=url, captured_at=row.captured_at, digest=row.digest)
                        targets.setdefault(key, Target(key=key, handle=handle, capture=capture))
        plan_captures(state, run.run, list(targets.values()))


def _walks_of(platform: str, handle: str, wanted: Backfill) -> Iterator[Walk]:
    for query in queries_of(platform, handle):
        if not query.within(wanted.first_day, wanted.last_day).is_empty:
            yield Walk(walk=query.name, handle=handle)


def _target_of(walk: Walk, run: Run, settings: Settings) -> Target:
    """A failed walk as a target of its run. Its address opens the archive's own list of captures."""
    url = f"{str(settings.wayback.url).rstrip('/')}/web/*/{walk.walk}"
    return Target(
        key=walk.walk,
        handle=walk.handle,
        capture=Capture(url=url, captured_at=run.started_at, digest=_NO_DIGEST),
    )


def _open_walks(settings: Settings, run: str) -> list[Walk]:
    done = answered(settings.home, run)
    with open_state(settings.home) as state:
        return [walk for walk in open_walks(state, run) if walk.walk not in done]


def _failed_walks(settings: Settings, run: Run) -> list[Target]:
    done = answered(settings.home, run.run)
    with open_state(settings.home) as state:
        return [_target_of(walk, run, settings) for walk in open_walks(state, run.run) if walk.walk in done]


def _capture_of(target: Target) -> Capture:
    assert target.capture is not None  # noqa: S101 -- a backfill plans nothing else
    return target.capture


def _headers(response: Response) -> Mapping[str, str]:
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }


def _is_same_page(url: str, target: Target) -> bool:
    """Whether an answer is about the address that was asked for, in whatever spelling."""
    try:
        return urlkey(split_capture_url(url)[1]) == urlkey(target.key.partition("/")[2])
    except ValueError:
        return False
