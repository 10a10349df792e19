"""The life of a run: it is planned or continued, then ended or given up. Crawls, backfills and `scrapy crawl` share it."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from kooch.config import Settings
from kooch.store.locks import only_one
from kooch.store.outcomes import Outcome, Skipped, Target
from kooch.store.sharing import Heard
from kooch.store.spool import answered, outcomes_of, write_batch
from kooch.store.state import (
    Run,
    RunSource,
    count_traffic,
    end_run,
    open_state,
    plan_run,
    read_run,
    state_at_end,
    suppressed_accounts,
    targets_of,
    unfinished_run,
)
from kooch.times import now

Plan = Callable[[], list[Target]]
Approve = Callable[[Sequence[Target]], None]
"""Is called with the targets before anything is planned or given up. It raises an error if the crawl must not begin."""
Begin = Callable[[sqlite3.Connection], Run]
"""Stores a new run in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One part of a run: its `planned` targets without an outcome, and the callbacks.

    Nothing is kept of accounts in `suppressed` (native ids, and handles after an `@`). `on_outcome` hears of outcomes
    that are on disk, `on_wait` of hosts that asked to be left alone for some seconds.
    `resources` are released when the spider has closed.
    """

    settings: Settings
    run: Run
    planned: int
    targets: tuple[Target, ...]
    suppressed: frozenset[str] = frozenset()
    on_outcome: Callable[[Outcome], None] = field(default=lambda _outcome: None)
    on_wait: Callable[[str, float], None] = field(default=lambda _host, _seconds: None)
    resources: ExitStack = field(default_factory=ExitStack)

    @property
    def machines(self) -> int:
        """Among how many machines the rate of a host is divided, if all of them ask it."""
        return 1

    @property
    def divides_hosts(self) -> bool:
        """Whether some hosts are left to other machines."""
        return False

    def shard_that_asks(self, url: str) -> int | None:  # noqa: ARG002 -- for shards
        """The shard that asks this address; None: this machine does."""
        return None

    def heard_of(self, target: Target) -> Sequence[Heard]:  # noqa: ARG002 -- for shards
        """What other shards have heard of a target that they have handed over."""
        return ()

    def hand_over(self, target: Target, heard: Sequence[Heard], number: int) -> None:
        """Leave a target to another shard. Raises StorageError."""
        raise NotImplementedError

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Put outcomes on disk. Raises StorageError."""
        write_batch(self.settings.home, run=self.run.run, platform=self.run.platform, outcomes=outcomes)

    def count(self, *, requests: int, received: int) -> None:
        """Add to the requests and bytes of the run."""
        with open_state(self.settings.home) as state:
            count_traffic(state, self.run.run, requests=requests, received=received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """The result of a run: `planned = observed + failed + skipped`, unless it was interrupted and will be continued."""

    run: Run
    planned: int
    observed: int
    failed: int
    skipped: int

    @property
    def is_interrupted(self) -> bool:
        return self.run.state == "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a run covers. A run is continued only under the same scope."""

    platform: str
    roster: str | None
    source: RunSource = "live"
    is_recheck: bool = False


@contextmanager
def open_job(
    settings: Settings,
    scope: Scope,
    plan: Plan,
    *,
    fresh: bool,
    approve: Approve = lambda _targets: None,
) -> Iterator[Job]:
    """The job of a crawl that is continued or planned, under the platform's lock."""

    def prepare(_state: sqlite3.Connection) -> Begin:
        targets = plan()
        approve(targets)
        return lambda state: plan_run(
            state,
            platform=scope.platform,
            roster=scope.roster,
            source=scope.source,
            targets=targets,
            is_recheck=scope.is_recheck,
        )

    def may_continue(state: sqlite3.Connection, run: Run) -> None:
        approve(targets_left(settings, state, run))

    with only_one(settings.home, f"crawl-{scope.platform}"):
        run = take_up(settings, scope, prepare=prepare, fresh=fresh, may_continue=may_continue)
        yield job_of(settings, run)


def open_shell_job(settings: Settings, platform: str, roster: str | None, approve: Approve) -> Job:
    """A job for `scrapy crawl`, ended when the spider closes."""
    from kooch.store.versions import targets as read_targets  # noqa: PLC0415 -- DuckDB's 40 MB are for the shell alone

    resources = ExitStack()
    job = resources.enter_context(
        open_job(
            settings,
            Scope(platform=platform, roster=roster),
            lambda: read_targets(settings.home, platform=platform, roster=roster),
            fresh=False,
            approve=approve,
        )
    )
    resources.callback(lambda: end_job(settings, job.run))
    return replace(job, resources=resources)


def take_up(
    settings: Settings,
    scope: Scope,
    *,
    prepare: Callable[[sqlite3.Connection], Begin],
    fresh: bool,
    may_continue: Callable[[sqlite3.Connection, Run], None] = lambda _state, _run: None,
    before_giving_up: Callable[[sqlite3.Connection, Run], None] = lambda _state, _run: None,
) -> Run:
    """The unfinished run of `scope`, or a new one. With `fresh` an unfinished run is given up first.

    `prepare` gathers what a new run needs, and raises an error if there is a reason against it, before the unfinished
    run is given up. `may_continue` raises an error if there is a reason against continuing. The caller holds the lock.
    """
    with open_state(settings.home) as state:
        unfinished = unfinished_run(
            state, platform=scope.platform, roster=scope.roster, source=scope.source, is_recheck=scope.is_recheck
        )
        if unfinished is not None and not fresh:
            may_continue(state, unfinished)
            return unfinished
        begin = prepare(state)
        if unfinished is not None:
            before_giving_up(state, unfinished)
            _give_up(settings, state, unfinished)
        return begin(state)


def job_of(settings: Settings, run: Run) -> Job:
    """What is left of a run."""
    with open_state(settings.home) as state:
        return Job(
            settings=settings,
            run=run,
            planned=read_run(state, run.run).planned,
            targets=tuple(targets_left(settings, state, run)),
            suppressed=suppressed_accounts(state, run.platform),
        )


def targets_left(settings: Settings, state: sqlite3.Connection, run: Run) -> list[Target]:
    """The planned targets of a run that have no outcome yet."""
    done = answered(settings.home, run.run)
    return [target for target in targets_of(state, run.run) if target.key not in done]


def end_job(settings: Settings, run: Run) -> Crawled:
    """Count the outcomes of the run, and end it if every target has one."""
    kinds = list(outcomes_of(settings.home, run.run).values())
    observed, failed, skipped = (kinds.count(kind) for kind in ("observed", "failed", "skipped"))
    with open_state(settings.home) as state:
        planned = read_run(state, run.run).planned
        if len(kinds) == planned:
            end_run(state, run.run, state_at_end(observed=observed, failed=failed))
        return Crawled(run=read_run(state, run.run), planned=planned, observed=observed, failed=failed, skipped=skipped)


def _give_up(settings: Settings, state: sqlite3.Connection, run: Run) -> None:
    """Skip the open targets of a run, and end it."""
    at = now()
    outcomes = [
        Outcome(
            target=target.key,
            result=Skipped(cause="aborted"),
            valid_at=target.capture.captured_at if target.capture else at,
            recorded_at=at,
            handle=target.handle if target.capture else None,
            capture=target.capture,
        )
        for target in targets_left(settings, state, run)
    ]
    if outcomes:
        write_batch(settings.home, run=run.run, platform=run.platform, outcomes=outcomes)
    end_run(state, run.run, "aborted")
