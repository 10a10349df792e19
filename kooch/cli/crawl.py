"""`kooch crawl`: plan, ask, spool, load, publish; progress on a terminal, one JSON line an outcome elsewhere."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kooch.cli.output import complain, console, emit, is_terminal, say, settings_of, show
from kooch.cli.schedule import crawl_due
from kooch.cli.store import load_now
from kooch.config import Settings
from kooch.errors import ConfigError, RunningError
from kooch.store import read
from kooch.store.outcomes import CAUSES_IN_WORDS, Cause, Failed, Observed, Outcome, Skipped
from kooch.store.state import RunState


def crawl(
    context: typer.Context,
    platforms: Annotated[list[str] | None, typer.Argument(help="Default: all that have a spider.")] = None,
    roster: Annotated[str | None, typer.Option(help="Only the figures of this roster.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Give up an unfinished run and plan afresh.")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Crawl what the schedules in kooch.toml say, if anything.")
    ] = False,
) -> None:
    """Look at every accepted account once, or finish the run that was interrupted; then publish."""
    from crawlers import run as crawling  # noqa: PLC0415 -- Scrapy takes a second to import; only a crawl waits for it

    settings = settings_of(context)
    if due:
        if platforms or roster or new:
            raise ConfigError("--due stands alone: platforms and roster come from [[schedule]] in kooch.toml.")
        raise typer.Exit(crawl_due(settings))
    wanted = platforms or crawling.platforms()
    for platform in wanted:
        crawling.spider_of(platform)
    raise typer.Exit(crawl_all(settings, wanted, roster=roster, new=new))


def crawl_all(settings: Settings, platforms: list[str], *, roster: str | None = None, new: bool = False) -> int:
    """Crawl platform after platform, load and publish.

    Returns the exit code: 0 complete, 3 partial, 75 if only platforms are missing that another process crawls.
    """
    load_now(settings, quiet=True)
    codes = set()
    with _publishing_on_the_way(settings):
        for platform in platforms:
            try:
                state = _crawl_one(settings, platform, roster=roster, new=new)
            except RunningError as error:
                complain(str(error))
                codes.add(RunningError.exit_code)
                continue
            codes.add(0 if state == "complete" else 3)
            if state == "running":  # interrupted: whoever ended this platform's crawl wants no other
                break
    load_now(settings, quiet=True)
    return min(codes - {0}, default=0)


def _crawl_one(settings: Settings, platform: str, *, roster: str | None, new: bool) -> RunState:
    from crawlers import run as crawling  # noqa: PLC0415 -- Scrapy takes a second to import; only a crawl waits for it

    causes: Counter[Cause] = Counter()
    with _progress(platform) as advance:

        def on_outcome(_platform: str, outcome: Outcome) -> None:
            if isinstance(outcome.result, Failed | Skipped):
                causes[outcome.result.cause] += 1
            advance(outcome)

        def on_wait(_platform: str, host: str, seconds: float) -> None:
            until = time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
            if is_terminal():
                say(f"{platform}: {host} asks to wait until {until}.")
            else:
                emit("waiting", platform=platform, host=host, seconds=round(seconds, 1))

        def on_plan(_platform: str, planned: int, left: int) -> None:
            advance.begin(planned, left)

        crawled = crawling.crawl(
            settings,
            platform=platform,
            roster=roster,
            plan=lambda: read.targets(settings.home, platform=platform, roster=roster),
            fresh=new,
            on_plan=on_plan,
            on_outcome=on_outcome,
            on_wait=on_wait,
        )
    summary = {
        "platform": platform,
        "state": crawled.run.state,
        "planned": crawled.planned,
        "observed": crawled.observed,
        "failed": crawled.failed,
        "skipped": crawled.skipped,
        "requests": crawled.run.requests,
    }
    if is_terminal():
        show(list(summary), [summary])
        for cause, n in causes.most_common():
            say(f"  {n:,} × {cause}: {CAUSES_IN_WORDS[cause]}.")
        if crawled.planned and not crawled.observed:
            say(f"{platform}: nothing was observed. No figure has changed state because of it.")
        if crawled.is_interrupted:
            say("Interrupted: the next `kooch crawl` continues this run.")
    else:
        emit("run", **summary, causes=dict(causes), run=crawled.run.run)
    return crawled.run.state


class _Advance:
    """Called with every outcome."""

    def __init__(self, platform: str, progress: Progress | None) -> None:
        self._platform, self._progress = platform, progress
        self._task = progress.add_task(platform, total=None) if progress else None

    def begin(self, planned: int, left: int) -> None:
        if self._progress and self._task is not None:
            self._progress.update(self._task, total=planned, completed=planned - left)
            if left < planned:
                say(f"{self._platform}: continuing the interrupted run, {planned - left:,} of {planned:,} done.")
        else:
            emit("plan", platform=self._platform, planned=planned, left=left)

    def __call__(self, outcome: Outcome) -> None:
        if self._progress and self._task is not None:
            self._progress.advance(self._task)
            return
        result = outcome.result
        match result:
            case Observed():
                emit("observed", platform=self._platform, target=outcome.target, status=result.status)
            case Failed():
                emit("failed", platform=self._platform, target=outcome.target, cause=result.cause, detail=result.detail)
            case Skipped():
                emit("skipped", platform=self._platform, target=outcome.target, cause=result.cause)


@contextmanager
def _progress(platform: str) -> Iterator[_Advance]:
    if not is_terminal():
        yield _Advance(platform, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Advance(platform, progress)


@contextmanager
def _publishing_on_the_way(settings: Settings) -> Iterator[None]:
    """Load and publish every few minutes, in a process of its own: the crawl never waits for it."""
    ended = threading.Event()

    def publish() -> None:
        while not ended.wait(settings.crawl.publish_every_minutes * 60):
            subprocess.run(  # noqa: S603 -- our own command
                [sys.executable, "-m", "kooch", "--home", str(settings.home), "load"], check=False, capture_output=True
            )

    thread = threading.Thread(target=publish, name="publisher", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
