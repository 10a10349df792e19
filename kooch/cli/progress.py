"""What a crawl reports while it runs: a progress bar and a summary for people, one JSON line per fact for programs."""

import time
from collections import Counter
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from kooch.cli.output import console, emit, is_terminal, say, show, showable
from kooch.store.outcomes import CAUSES_IN_WORDS, Cause, Failed, Looked, Observed, Outcome, Skipped
from kooch.store.state import Run


class Listener(Protocol):
    """Is called for everything that happens in the crawls of one command."""

    def walking(self, platform: str, walks: int, seconds: float) -> None: ...

    def priced(self, platform: str, accounts: int, usd: float, left_usd: float) -> None: ...

    def asking(self, platform: str, accounts: int, requests: int, seconds: float) -> None: ...

    def planned(self, platform: str, planned: int, left: int) -> None: ...

    def outcome(self, platform: str, outcome: Outcome) -> None: ...

    def waiting(self, platform: str, host: str, seconds: float) -> None: ...

    def ended(self, run: Run, counts: dict[str, int]) -> None: ...


def listener() -> Listener:
    """The reporter for a terminal, or the one for programs."""
    return Prose() if is_terminal() else Lines()


class Lines:
    """Prints one JSON line per fact."""

    def __init__(self) -> None:
        self._causes: Counter[Cause] = Counter()

    def walking(self, platform: str, walks: int, seconds: float) -> None:
        emit("index", platform=platform, questions=walks, seconds=round(seconds))

    def priced(self, platform: str, accounts: int, usd: float, left_usd: float) -> None:
        emit("price", platform=platform, accounts=accounts, cost_usd=usd, left_usd=left_usd)

    def asking(self, platform: str, accounts: int, requests: int, seconds: float) -> None:
        emit("activity", platform=platform, accounts=accounts, requests=requests, seconds=round(seconds))

    def planned(self, platform: str, planned: int, left: int) -> None:
        self._causes.clear()
        emit("plan", platform=platform, planned=planned, left=left)

    def outcome(self, platform: str, outcome: Outcome) -> None:
        match outcome.result:
            case Observed(status=status):
                emit("observed", platform=platform, target=outcome.target, status=status)
            case Looked(is_complete=is_complete):
                emit("looked", platform=platform, target=outcome.target, complete=is_complete)
            case Failed(cause=cause, detail=detail):
                self._causes[cause] += 1
                emit("failed", platform=platform, target=outcome.target, cause=cause, detail=detail)
            case Skipped(cause=cause):
                self._causes[cause] += 1
                emit("skipped", platform=platform, target=outcome.target, cause=cause)

    def waiting(self, platform: str, host: str, seconds: float) -> None:
        emit("waiting", platform=platform, host=host, seconds=round(seconds, 1))

    def ended(self, run: Run, counts: dict[str, int]) -> None:
        emit("run", **_summary(run, counts), causes=dict(self._causes), run=run.run)


class Prose:
    """Shows a progress bar on a terminal, and a summary in words."""

    def __init__(self) -> None:
        self._causes: Counter[Cause] = Counter()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task: TaskID | None = None

    def walking(self, platform: str, walks: int, seconds: float) -> None:
        say(f"{platform}: {walks:,} questions to the archive's index, at least {seconds / 60:,.0f} minutes.")

    def priced(self, platform: str, accounts: int, usd: float, left_usd: float) -> None:
        say(f"{platform}: {accounts:,} accounts, at most ${usd:,.2f}; ${left_usd:,.2f} is left of the month's budget.")

    def asking(self, platform: str, accounts: int, requests: int, seconds: float) -> None:
        say(
            f"{platform}: {accounts:,} accounts are asked when they posted. That takes about {requests:,} questions and"
            f" {max(seconds / 60, 1):,.0f} minutes."
        )

    def planned(self, platform: str, planned: int, left: int) -> None:
        self._causes.clear()
        if left < planned:
            say(f"{platform}: continuing the interrupted run: {planned - left:,} of {planned:,} accounts are done.")
        self._task = self._progress.add_task(platform, total=planned, completed=planned - left)
        if is_terminal():
            self._progress.start()

    def outcome(self, platform: str, outcome: Outcome) -> None:  # noqa: ARG002 -- the bar has the platform's name
        if isinstance(outcome.result, Failed | Skipped):
            self._causes[outcome.result.cause] += 1
        if self._task is not None:
            self._progress.advance(self._task)

    def waiting(self, platform: str, host: str, seconds: float) -> None:
        until = time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
        self._progress.console.print(f"{platform}: {showable(host)} asks to wait until {until}.", markup=False)

    def ended(self, run: Run, counts: dict[str, int]) -> None:
        self._progress.stop()
        if self._task is not None:
            self._progress.remove_task(self._task)
        summary = _summary(run, counts)
        if is_terminal():
            show(list(summary), [summary])
        else:
            say(f"{run.platform}: " + ", ".join(f"{name} {value}" for name, value in list(summary.items())[1:]) + ".")
        for cause, n in self._causes.most_common():
            say(f"  {n:,} × {cause}: {CAUSES_IN_WORDS[cause]}.")
        if counts["planned"] and not counts["observed"]:
            say(f"{run.platform}: nothing was observed. This changes nobody's state.")
        if run.state == "running":
            command = {"archive": "backfill", "activity": "crawl --activity"}.get(run.source, "crawl")
            say(f"Interrupted: the next `kooch {command}` continues this run.")


def _summary(run: Run, counts: dict[str, int]) -> dict[str, object]:
    return {"platform": run.platform, "state": run.state, **counts, "requests": run.requests}
