"""A crawler's job: the part of a run that has no outcome yet, taken up under the platform's lock and ended with it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from sys import intern

import pyarrow as pa
import pyarrow.parquet as pq

from kooch.config import Settings
from kooch.store.locks import only_one
from kooch.store.outcomes import Outcome, Skipped, Target
from kooch.store.spool import answered, archive_folder, spool_folder, write_batch
from kooch.store.state import Run, RunState, end_run, open_state, plan_run, read_run, targets_of, unfinished_run
from kooch.times import now

Plan = Callable[[], list[Target]]
Approve = Callable[[Sequence[Target]], None]
"""Hears whom a crawl is about to ask, before anything is planned or given up, and raises what speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One part of a run: those of its `planned` targets that have no outcome yet, and whom to tell.

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


def open_shell_job(settings: Settings, platform: str, roster: str | None, approve: Approve) -> Job:
    """A job for `scrapy crawl`, ended when the spider closes."""
    from kooch.store.read import targets as read_targets  # noqa: PLC0415 -- DuckDB's 40 MB are for the shell alone

    resources = ExitStack()
    job = resources.enter_context(
        open_job(
            settings,
            platform,
            roster,
            lambda: read_targets(settings.home, platform=platform, roster=roster),
            fresh=False,
            approve=approve,
        )
    )
    resources.callback(lambda: end_job(settings, job.run.run, job.planned))
    return replace(job, resources=resources)


@contextmanager
def open_job(
    settings: Settings,
    platform: str,
    roster: str | None,
    plan: Plan,
    *,
    fresh: bool,
    is_recheck: bool = False,
    approve: Approve = lambda _targets: None,
) -> Iterator[Job]:
    """The job of a run that is continued or planned, under the platform's lock."""
    home = settings.home
    with only_one(home, f"crawl-{platform}"):
        with open_state(home) as connection:
            run = unfinished_run(connection, platform=platform, roster=roster, is_recheck=is_recheck)
            new = plan() if run is None or fresh else []
            approve(left_of(home, run.run, targets_of(connection, run.run)) if run is not None and not fresh else new)
            if run is not None and fresh:
                at = now()
                left = left_of(home, run.run, targets_of(connection, run.run))
                aborted = [
                    Outcome(target=target.key, result=Skipped(cause="aborted"), valid_at=at, recorded_at=at)
                    for target in left
                ]
                if aborted:
                    write_batch(home, run=run.run, platform=platform, outcomes=aborted)
                end_run(connection, run.run, "aborted")
                run = None
            if run is None:
                run = plan_run(connection, platform=platform, roster=roster, targets=new, is_recheck=is_recheck)
            # A plan may be long: it is held once while the crawl goes on.
            del new
            targets = tuple(left_of(home, run.run, targets_of(connection, run.run)))
            planned = read_run(connection, run.run).planned
            suppressed = connection.execute(
                "SELECT account FROM suppressions WHERE platform = ?", (platform,)
            ).fetchall()
        names = frozenset(str(account) for (account,) in suppressed)
        yield Job(settings=settings, run=run, planned=planned, targets=targets, suppressed=names)


def left_of(home: Path, run: str, targets: list[Target]) -> list[Target]:
    done = answered(home, run)
    return [target for target in targets if target.key not in done]


def end_job(settings: Settings, run: str, planned: int) -> Crawled:
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
            kinds |= zip(table["target"].to_pylist(), map(intern, table["outcome"].to_pylist()), strict=True)
    return kinds
