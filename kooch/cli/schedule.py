"""`kooch schedule`, and what `kooch crawl --due` does: slots of `[[schedule]]` tables in `kooch.toml`."""

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from math import ceil
from operator import itemgetter
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import complain, emit, is_terminal, say, settings_of, show
from kooch.config import BUNDLED_ROSTERS, Schedule, Settings
from kooch.errors import ConfigError, RunningError, StorageError
from kooch.schedule import install as installing
from kooch.schedule.loop import Scheduler
from kooch.schedule.plan import rechecks, slots_between, starts_at
from kooch.schedule.processes import Processes, processes
from kooch.schedule.slots import (
    RECHECK,
    Slot,
    claimed_until,
    covered_until,
    latest_slot,
    looked_until,
    note_schedules,
    read_heartbeat,
)
from kooch.store.state import open_state
from kooch.times import now

app = typer.Typer(help="Crawl at set times.", no_args_is_help=True)

_NO_SCHEDULE = "There is no [[schedule]] in kooch.toml. docs/schedule-crawls.md shows how to write one: a name and a cron expression."
_LISTED = (
    *("schedule", "cron", "time_zone", "platforms", "roster", "next_at", "requests", "seconds", "cost_usd"),
    *("last_slot", "last_state", "late_seconds", "coalesced"),
)
# The order in which codes matter to a caller, if several crawls ended badly.
_WORST = (4, 1, 2, 3, 75)


@app.command()
def run(context: typer.Context) -> None:
    """Keep running, and crawl whenever a slot is due. SIGTERM or Ctrl-C ends the command and its crawl cleanly."""
    settings = settings_of(context)
    if not settings.schedule:
        raise ConfigError(_NO_SCHEDULE)
    everything = _check(settings)
    with processes(settings.home) as world:
        scheduler = _scheduler(settings, world, everything)
        if is_terminal():
            say(f"Waiting for {_upcoming(settings.schedule, 1)}. Press Ctrl-C to end.")
        scheduler.run()
    if world.stopped_by == signal.SIGINT:
        raise typer.Exit(130)


def crawl_due(settings: Settings) -> int:
    """Run once what is due. The exit code is 0 if nothing is due, else that of the worst crawl."""
    if not settings.schedule:
        return 0
    everything = _check(settings)
    try:
        with processes(settings.home) as world:
            ran = _scheduler(settings, world, everything).run_due()
    except RunningError as error:
        # During a long crawl, cron calls several times. That is not a fault that cron should mail.
        say(str(error))
        return RunningError.exit_code
    if not ran and is_terminal():
        say(f"Nothing is due. Next: {_upcoming(settings.schedule, 1)}.")
    codes = {_exit_code(slot) for slot in ran} - {0}
    return min(codes, key=lambda code: _WORST.index(code) if code in _WORST else -1, default=0)


@app.command("list")
def list_schedules(context: typer.Context) -> None:
    """Show for every schedule its next start, what a crawl asks and costs at most, and how the last crawl ended."""
    settings = settings_of(context)
    everything = _check(settings)
    at = now()
    rows = []
    with open_state(settings.home) as state:
        note_schedules(state, settings.schedule, at=at)
        for schedule in settings.schedule:
            last = latest_slot(state, schedule.name, at=at)
            after = covered_until(state, schedule.name, at=at)
            rows.append(
                {
                    "schedule": schedule.name,
                    "cron": schedule.cron,
                    "time_zone": schedule.time_zone,
                    "platforms": " ".join(schedule.platforms or everything),
                    "roster": schedule.roster or "all",
                    "next_at": next((starts_at(schedule, slot) for slot in slots_between(schedule, after)), None),
                    **_expected(settings, schedule, everything),
                    "last_slot": last.slot if last else None,
                    "last_state": last.state if last else None,
                    "late_seconds": _late(schedule, last),
                    "coalesced": last.coalesced if last else None,
                }
            )
        heartbeat = read_heartbeat(state)
    if not is_terminal():
        show(_LISTED, rows, title="schedule")
        return
    if not rows:
        say(_NO_SCHEDULE)
        return
    show(["schedule", "cron", "time_zone", "platforms", "roster"], rows, title="What and when")
    show(["schedule", "next_at", "requests", "seconds", "cost_usd"], rows, title="Next slot, and what it asks at most")
    show(["schedule", "last_slot", "last_state", "late_seconds", "coalesced"], rows, title="Last slot")
    if heartbeat and not heartbeat.ended_at and at - heartbeat.beat_at < timedelta(minutes=5):
        say(f"`kooch schedule run` is process {heartbeat.pid}; last sign of life {heartbeat.beat_at:%H:%M:%S} UTC.")
    else:
        say("`kooch schedule run` is not running; a timer or cron may call `kooch crawl --due`.")


@app.command("next")
def show_next(
    context: typer.Context,
    n: Annotated[int, typer.Option("--n", min=1, max=1000, help="How many slots to show.")] = 10,
) -> None:
    """Show the next slots of all schedules, including second looks at accounts that seemed gone."""
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import

    settings = settings_of(context)
    everything = _check(settings)
    columns = ["starts_at", "slot", "schedule", "platforms", "roster", "accounts", "cost_usd"]
    costs = {schedule.name: _expected(settings, schedule, everything)["cost_usd"] for schedule in settings.schedule}
    rows = [{**_row(found), "cost_usd": costs[found[1].name]} for found in _following(settings.schedule, n)]
    at = now()
    with open_state(settings.home) as state:
        looked, tried = looked_until(state, at=at), claimed_until(state, RECHECK, at=at)
    for look in rechecks(_second_looks(settings, everything), looked=looked, tried=tried, at=at):
        times = {"starts_at": look.slot, "slot": look.slot, "schedule": RECHECK}
        cost_usd = max(crawling.cost(settings, platform, look.accounts) for platform in look.platforms)
        accounts = {"accounts": look.accounts, "cost_usd": cost_usd}
        rows.append({**times, "platforms": " ".join(look.platforms), "roster": "all", **accounts})
    show(columns, sorted(rows, key=itemgetter("starts_at"))[:n], title="slot")
    if not settings.schedule and is_terminal():
        say(_NO_SCHEDULE)


@app.command()
def install(
    context: typer.Context,
    systemd: Annotated[bool, typer.Option("--systemd", help="Write units for systemd's user manager.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="Write a line for crontab.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write without asking.")] = False,
    name: Annotated[str, typer.Option(help="The name of the units.")] = "kooch",
) -> None:
    """Make this machine call `kooch crawl --due` every five minutes. Shows the files first, and writes them if you agree."""
    from kooch.rosters.cells import SLUG  # noqa: PLC0415 -- what reads rosters comes with it; the other commands do without

    settings = settings_of(context)
    if systemd and cron:
        raise ConfigError("--systemd and --cron exclude each other: choose one.")
    if not SLUG.fullmatch(name):
        raise ConfigError(f"--name is {name!r}: use small letters, digits and single dashes.")
    if not cron and (systemd or Path("/run/systemd/system").exists()):
        files = installing.units(settings.home, name)
        for file, text in files.items():
            say(f"# {file}\n{text}")
        if _agrees(f"Write these {len(files)} files?", is_agreed=write):
            installing.write_units(files)
            say("Written. Start them with:")
            say(f"  systemctl --user daemon-reload && systemctl --user enable --now {name}.timer")
            say("  loginctl enable-linger   # to crawl while you are not logged in")
        return
    say(installing.crontab_line(settings.home))
    if _agrees("Add this line to your crontab?", is_agreed=write):
        installing.write_crontab_line(settings.home)
        say("Written. `crontab -l` shows the line.")


def scheduled_platforms(settings: Settings) -> set[str]:
    """The platforms that schedules name. A schedule that names none means all that can be crawled."""
    named = {platform for schedule in settings.schedule for platform in schedule.platforms}
    if all(schedule.platforms for schedule in settings.schedule):
        return named
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import; few questions need it

    return named | set(crawling.ready_platforms(settings))


def _check(settings: Settings) -> list[str]:
    """The platforms that can be crawled; none if there is no schedule.

    Raises ConfigError for a schedule of other platforms, or of an unknown roster.
    """
    if not settings.schedule:
        return []
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import

    for schedule in settings.schedule:
        for platform in schedule.platforms:
            crawling.spider_of(platform)
    if any(schedule.roster for schedule in settings.schedule):
        from kooch import rosters  # noqa: PLC0415 -- as above, for schedules that name one

        known = sorted(roster.slug for roster in rosters.read_rosters(BUNDLED_ROSTERS, settings.home / "rosters"))
        for schedule in settings.schedule:
            if schedule.roster and schedule.roster not in known:
                raise ConfigError(
                    f"Schedule {schedule.name!r}: there is no list {schedule.roster!r}. Known are {', '.join(known)}."
                )
    return crawling.ready_platforms(settings)


def _scheduler(settings: Settings, world: Processes, everything: list[str]) -> Scheduler:
    return Scheduler(
        settings.home,
        settings.schedule,
        world,
        everything=everything,
        second_looks=lambda: _second_looks(settings, everything),
        on_event=_tell,
        on_fault=lambda error: complain(str(error)),
    )


def _second_looks(settings: Settings, everything: list[str]) -> list[tuple[datetime, str]]:
    """When each account that seemed gone may be asked again, and its platform. Only platforms that schedules crawl."""
    from kooch.store.versions import second_looks  # noqa: PLC0415 -- DuckDB comes with it; without a schedule nobody asks

    try:
        looks = second_looks(settings.home)
    except StorageError:
        # Nothing is published yet.
        return []
    wanted = {platform for schedule in settings.schedule for platform in schedule.platforms or everything}
    return [(look.due_at, look.platform) for look in looks if look.platform in wanted]


def _tell(event: str, slot: Slot) -> None:
    if not is_terminal():
        emit(
            f"slot_{event}",
            schedule=slot.schedule,
            slot=slot.slot,
            coalesced=slot.coalesced,
            attempt=slot.attempts,
            state=slot.state,
            exit_code=slot.exit_code,
        )
        return
    missed = f", also for {slot.coalesced} missed" if slot.coalesced else ""
    again = f", attempt {slot.attempts}" if slot.attempts > 1 else ""
    ended = f" ended: {slot.state}" if event == "ended" else f" starts{missed}{again}"
    say(f"{slot.schedule}, slot {slot.slot:%Y-%m-%d %H:%M} UTC{ended}.")


def _exit_code(slot: Slot) -> int:
    match slot.state:
        case "complete":
            return 0
        case "aborted" | "partial" | "running":
            return 3
        case "busy" | "failed":
            return slot.exit_code if slot.exit_code is not None else 1


def _expected(settings: Settings, schedule: Schedule, everything: list[str]) -> dict[str, float | None]:
    """How much a first crawl of the schedule asks at most, and how long that takes. Later crawls ask less."""
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import
    from kooch.store.versions import targets  # noqa: PLC0415 -- as above

    requests, seconds, usd = 0, 0.0, 0.0
    for platform in schedule.platforms or everything:
        try:
            accounts = targets(settings.home, platform=platform, roster=schedule.roster)
        except (ConfigError, StorageError):
            # The roster, or all of them, is not published yet: nobody knows how many accounts there are.
            is_free = not any(crawling.cost(settings, name, 1) for name in schedule.platforms or everything)
            return {"requests": None, "seconds": None, "cost_usd": 0 if is_free else None}
        hosts = crawling.describe(settings, platform, accounts)
        requests += sum(host.requests for host in hosts)
        usd += crawling.cost(settings, platform, len(accounts))
        # Hosts are asked at the same time, platforms one after the other.
        seconds += max((host.seconds for host in hosts), default=0)
    return {"requests": requests, "seconds": ceil(round(seconds, 3)), "cost_usd": round(usd, 6)}


def _late(schedule: Schedule, last: Slot | None) -> int | None:
    return round((last.started_at - starts_at(schedule, last.slot)).total_seconds()) if last else None


def _following(schedules: tuple[Schedule, ...], n: int) -> list[tuple[datetime, Schedule]]:
    """The next slots of all schedules, each with its schedule."""
    at = now()

    def of(schedule: Schedule) -> Iterator[tuple[datetime, Schedule]]:
        return ((slot, schedule) for slot in slots_between(schedule, at))

    return list(islice(merge(*map(of, schedules), key=lambda found: found[0]), n))


def _row(found: tuple[datetime, Schedule]) -> dict[str, object]:
    slot, schedule = found
    return {
        "starts_at": starts_at(schedule, slot),
        "slot": slot,
        "schedule": schedule.name,
        "platforms": " ".join(schedule.platforms) or "all",
        "roster": schedule.roster or "all",
        "accounts": None,
    }


def _upcoming(schedules: tuple[Schedule, ...], n: int) -> str:
    found = [f"{s.name} at {starts_at(s, slot):%Y-%m-%d %H:%M:%S} UTC" for slot, s in _following(schedules, n)]
    return ", ".join(found) or "nothing: every schedule is over"


def _agrees(question: str, *, is_agreed: bool) -> bool:
    if is_agreed:
        return True
    if not is_terminal():
        say("# Nothing is written without --write.")
        return False
    return typer.confirm(question)
