"""A crawl of which this machine does one part. The run is planned once, in the place that all machines share.

If a platform has many hosts, shards divide the hosts by the registrable names under which they are paced, so no two
shards ever ask one host. If the same hosts are asked about all targets, shards divide the targets and the rate of each
host.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from crawlers.base import PlatformSpider
from crawlers.crawling import spider_of
from crawlers.pacing import owner_of
from crawlers.reactor import run_spider
from crawlers.runs import Crawled, Job
from kooch import __version__
from kooch.config import Settings
from kooch.errors import ConfigError, StorageError
from kooch.shards import Shard, shard_of
from kooch.store import sharing
from kooch.store.outcomes import Outcome, Target
from kooch.store.places import Place
from kooch.store.sharing import Handed, Heard, Progress, SharedRun
from kooch.store.state import Run, RunState, state_at_end
from kooch.times import now

_MOST_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardJob(Job):
    """What is left of one shard of a run. Its outcomes and its traffic go into the shared `place`."""

    place: Place
    shard: Shard
    has_many_hosts: bool
    handed: Mapping[str, Handed]

    @property
    def machines(self) -> int:
        return 1 if self.divides_hosts else self.shard.of

    @property
    def divides_hosts(self) -> bool:
        return self.has_many_hosts

    def shard_that_asks(self, url: str) -> int | None:
        number = shard_of(owner_of(url), self.shard.of)
        return None if number == self.shard.number or not self.divides_hosts else number

    def heard_of(self, target: Target) -> Sequence[Heard]:
        handed = self.handed.get(target.key)
        return handed.heard if handed else ()

    def hand_over(self, target: Target, heard: Sequence[Heard], number: int) -> None:
        sharing.hand_over(self.place, self.run.run, Handed(shard=number, target=target, heard=tuple(heard)))

    def write(self, outcomes: Sequence[Outcome]) -> None:
        sharing.leave_batch(self.place, run=self.run.run, platform=self.run.platform, outcomes=outcomes)

    def count(self, *, requests: int, received: int) -> None:
        if not sharing.is_open(self.place, self.run.run):
            raise StorageError(
                f"Run {self.run.run} on {self.run.platform} is over: the loader did not wait for shard {self.shard} any longer."
                " What it has seen is loaded; the next crawl asks for the rest."
            )
        progress = sharing.progress_of(self.place, self.run.run)[self.shard.number]
        more = replace(progress, requests=progress.requests + requests, bytes=progress.bytes + received)
        sharing.note_progress(self.place, self.run.run, more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The shard of a crawl that this machine should do, and the `place` that all machines share.

    `scope` says whom the crawl asks, as far as `roster` does not. A run that began before `since` is finished, and another
    follows. With `is_repeated`, a part that was ended since then is enough: the same command again does not make a new
    look.
    """

    place: Place
    shard: Shard
    platform: str
    roster: str | None
    scope: str
    since: datetime
    is_repeated: bool

    def covers(self, run: SharedRun) -> bool:
        """Whether this is a shard of `run`."""
        mine = (self.platform, self.roster, self.scope, self.shard.of)
        return (run.platform, run.roster, run.scope, run.shards) == mine


def crawl_shard(
    settings: Settings,
    wanted: Wanted,
    plan: Callable[[], list[Target]],
    *,
    on_plan: Callable[[str, int, int], None] = lambda _platform, _planned, _left: None,
    on_outcome: Callable[[str, Outcome], None] = lambda _platform, _outcome: None,
    on_wait: Callable[[str, str, float], None] = lambda _platform, _host, _seconds: None,
    on_end: Callable[[Crawled], None] = lambda _crawled: None,
) -> list[Crawled]:
    """Do what a shard has to do, run by run: finish its part of open runs, and take part in a new one, planned by `plan` if need be.

    What it hears is as `crawlers.crawling.crawl` says it; `on_end` hears of its part of each run.

    Raises RunningError while another process crawls this shard, or a run with another number of shards is open; StorageError
    when the shared folder is gone, full, or of a newer Kooch; ConfigError for what cannot be divided, an older Kooch than
    planned the run, and a clock that differs from that of the place.
    """
    spider = spider_of(wanted.platform)
    refuse_undivided(settings, spider)
    done: list[Crawled] = []
    with sharing.alone_as(wanted.place, wanted.platform, wanted.shard):
        _check_clock(wanted.place)
        while (run := _next_run(wanted, spider, plan, done)) or _may_be_handed_more(wanted, done):
            if run is None:
                time.sleep(wanted.place.pause_seconds)
                continue
            planned, left = _begin_part(wanted, run)
            on_plan(wanted.platform, len(planned), len(left))
            if left:
                job = ShardJob(
                    settings=settings,
                    run=_as_run(run, sharing.progress_of(wanted.place, run.run)[wanted.shard.number], "running"),
                    planned=len(planned),
                    targets=left,
                    suppressed=frozenset(sharing.check_shared(wanted.place).suppressed.get(wanted.platform, ())),
                    on_outcome=partial(on_outcome, wanted.platform),
                    on_wait=partial(on_wait, wanted.platform),
                    place=wanted.place,
                    shard=wanted.shard,
                    has_many_hosts=spider.has_many_hosts,
                    handed=sharing.handed_in(wanted.place, run.run),
                )
                run_spider(spider, job)
            done.append(_end_part(wanted, run, planned))
            on_end(done[-1])
            if done[-1].is_interrupted:
                break
    return done


def refuse_undivided(settings: Settings, spider: type[PlatformSpider]) -> None:
    """Raise ConfigError for a platform that limits or charges an account of yours, because more machines would not get
    more."""
    if spider.tariff(settings) is not None:
        raise ConfigError(
            f"{spider.platform} limits the requests of one token over all machines, and each machine would spend the"
            f" whole budget. Crawl {spider.platform} without --shard."
        )


def divide(spider: type[PlatformSpider], targets: Sequence[Target], shards: int) -> dict[int, list[Target]]:
    """The targets by shard: by the registrable name of the host that is asked first, or by themselves."""
    parts: dict[int, list[Target]] = {number: [] for number in range(1, shards + 1)}
    for target in targets:
        host = spider.lane_of(target) if spider.has_many_hosts else ""
        name = owner_of(f"https://{host}") if host else target.key
        parts[shard_of(name, shards)].append(target)
    return parts


def _next_run(
    wanted: Wanted, spider: type[PlatformSpider], plan: Callable[[], list[Target]], done: Sequence[Crawled]
) -> SharedRun | None:
    """The next run of which this shard has something to do; a new one, if it took part in none since `since`; else None."""
    place, shard = wanted.place, wanted.shard
    with sharing.planning(place):
        sharing.refuse_another_division(place, wanted.platform, shard.of)
        behind = {crawled.run.run for crawled in done}
        took_part = any(crawled.run.started_at >= wanted.since for crawled in done)
        took_part |= wanted.is_repeated and any(
            shard.number in over.ended and wanted.covers(over.run) and over.run.started_at >= wanted.since
            for over in sharing.runs_over(place)
        )
        for run in sharing.open_runs(place, wanted.platform):
            if not wanted.covers(run):
                continue
            _refuse_older(place, run)
            progress = sharing.progress_of(place, run.run).get(shard.number)
            if progress is None or (progress.ended_at is None and run.run not in behind):
                return run
            if _is_handed_more(wanted, run):
                return run
            took_part |= wanted.is_repeated and run.started_at >= wanted.since
        if took_part:
            return None
        return sharing.begin_run(
            place,
            platform=wanted.platform,
            roster=wanted.roster,
            scope=wanted.scope,
            parts=divide(spider, plan(), shard.of),
        )


def _is_handed_more(wanted: Wanted, run: SharedRun) -> bool:
    """Whether other shards have left targets to this one that have no outcome yet."""
    handed = sharing.handed_in(wanted.place, run.run)
    mine = {key for key, each in handed.items() if each.shard == wanted.shard.number}
    return bool(mine) and not mine <= sharing.outcomes_in(wanted.place, run.run).keys()


def _may_be_handed_more(wanted: Wanted, done: Sequence[Crawled]) -> bool:
    """Whether other shards are at work on the runs that this one has done its part of."""
    others = [number for number in range(1, wanted.shard.of + 1) if number != wanted.shard.number]
    return any(sharing.is_at_work(wanted.place, run, n) for run in {each.run.run for each in done} for n in others)


def _part_of(wanted: Wanted, run: SharedRun) -> list[Target]:
    """The targets of this shard: its planned targets that it has not handed over, and those that were handed to it."""
    number, handed = wanted.shard.number, sharing.handed_in(wanted.place, run.run)
    kept = [target for target in sharing.plan_of(wanted.place, run.run)[number] if target.key not in handed]
    return [*kept, *(each.target for each in handed.values() if each.shard == number)]


def _begin_part(wanted: Wanted, run: SharedRun) -> tuple[list[Target], tuple[Target, ...]]:
    """Say that this shard is at work on a run. Returns its targets, and those that have no outcome yet."""
    place, number = wanted.place, wanted.shard.number
    progress = sharing.progress_of(place, run.run).get(number)
    progress = progress or Progress(shard=number, kooch=__version__, started_at=now())
    sharing.note_progress(place, run.run, replace(progress, kooch=__version__, ended_at=None))
    planned, answered = _part_of(wanted, run), sharing.outcomes_in(place, run.run)
    return planned, tuple(target for target in planned if target.key not in answered)


def _end_part(wanted: Wanted, run: SharedRun, begun: Sequence[Target]) -> Crawled:
    """Count what the part has, and end it when every target of it has an outcome. `begun` are those that it had at its start.

    Targets that were handed to it meanwhile do not make it interrupted: they are asked for next.
    """
    planned, answered = _part_of(wanted, run), sharing.outcomes_in(wanted.place, run.run)
    kinds = [answered[target.key] for target in planned if target.key in answered]
    observed, failed, skipped = (kinds.count(kind) for kind in ("observed", "failed", "skipped"))
    progress = sharing.progress_of(wanted.place, run.run)[wanted.shard.number]
    left = {target.key for target in planned} - answered.keys()
    state: RunState = (
        "running" if left & {target.key for target in begun} else state_at_end(observed=observed, failed=failed)
    )
    if not left:
        progress = replace(progress, ended_at=now())
        sharing.note_progress(wanted.place, run.run, progress)
    return Crawled(
        run=_as_run(run, progress, state), planned=len(planned), observed=observed, failed=failed, skipped=skipped
    )


def _as_run(run: SharedRun, progress: Progress, state: RunState) -> Run:
    return Run(
        run=run.run,
        platform=run.platform,
        source="live",
        roster=run.roster,
        started_at=run.started_at,
        ended_at=progress.ended_at,
        state=state,
        requests=progress.requests,
        bytes=progress.bytes,
        cost_usd=0,
        version=run.kooch,
        planned=run.planned,
        is_recheck=run.is_recheck,
        shards=run.shards,
    )


def _refuse_older(place: Place, run: SharedRun) -> None:
    if _numbers(__version__) < _numbers(run.kooch):
        raise ConfigError(
            f"Run {run.run} in {place} was planned by Kooch {run.kooch}, and this machine has {__version__}, which may read"
            " answers otherwise. Upgrade it, then repeat. Nothing is lost."
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _check_clock(place: Place) -> None:
    """Raise ConfigError if this machine's clock differs from that of the shared place, because looks would get a wrong
    time."""
    mine, theirs = now(), sharing.clock_of(place)
    if abs(mine - theirs) > _MOST_SKEW:
        raise ConfigError(
            f"The clock of this machine says {mine:%Y-%m-%d %H:%M} UTC, and that of the shared folder {place}"
            f" {theirs:%Y-%m-%d %H:%M}. Set the clock, then repeat. Nothing was asked."
        )
