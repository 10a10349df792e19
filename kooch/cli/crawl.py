"""`kooch crawl`: plan, ask, spool, load, publish; progress on a terminal, one JSON line an outcome elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from kooch.cli.output import complain, emit, is_terminal, say, settings_of
from kooch.cli.progress import Listener, listener
from kooch.cli.schedule import crawl_due
from kooch.cli.shards import LONGEST_REST, crawl_shards, read_shard, refuse_while_divided
from kooch.cli.store import load_now, publishing_on_the_way, with_shared
from kooch.config import Settings, is_crawled
from kooch.errors import ConfigError, NotReadyError, RunningError, StorageError
from kooch.platforms import known
from kooch.store import versions
from kooch.store.activity import activity_targets, with_before
from kooch.store.state import RunState, open_state, unfinished_run
from kooch.store.versions import open_version, reading_file
from kooch.times import now

if TYPE_CHECKING:
    from crawlers.runs import Crawled

_INTERRUPTED = 130


def crawl(
    context: typer.Context,
    platforms: Annotated[
        list[str] | None, typer.Argument(help="The platforms to crawl (default: all that can be crawled).")
    ] = None,
    roster: Annotated[str | None, typer.Option(help="Only people and organisations of this list.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S%z"],
            help="If the interrupted run began before this time, finish it and start a new run (default: 12 hours ago).",
        ),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Give up an unfinished run and start a new one.")] = False,
    recheck: Annotated[
        bool,
        typer.Option(
            "--recheck", help="Only accounts that seemed gone at least a day ago, or that could not be reached."
        ),
    ] = False,
    former: Annotated[
        bool, typer.Option("--former", help="Also accounts that the latest version of a list no longer names.")
    ] = False,
    activity: Annotated[
        bool, typer.Option("--activity", help="Then ask on which days the active accounts posted.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Crawl only part I of N. Other machines crawl the other parts.")
    ] = None,
    shared: Annotated[
        str | None, typer.Option(help="The folder or bucket that these machines share (default: as in kooch.toml).")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Crawl what is due by the schedules in kooch.toml.")] = False,
) -> None:
    """Look at every accepted account once, or finish the run that was interrupted; then publish."""
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import; only a crawl waits for it

    settings = with_shared(settings_of(context, may_be_new=not due), shared)
    if due:
        if platforms or roster or since or new or recheck or former or activity or shard:
            raise ConfigError(
                "--due takes no platforms and no other options. They come from [[schedule]] in kooch.toml."
            )
        raise typer.Exit(crawl_due(settings))
    if recheck and (roster or new or former or activity):
        raise ConfigError(
            "--recheck takes platforms and no other options. It asks for accounts of every list, in a new run."
        )
    wanted = platforms or crawling.ready_platforms(settings)
    faults = [fault for platform in wanted if (fault := crawling.spider_of(platform).unready(settings))]
    if len(faults) == len(wanted) and faults:
        raise NotReadyError(" ".join(faults))
    if shard:
        if new or activity:
            raise ConfigError(
                "--shard cannot be combined with --new or --activity: a run belongs to all its shards, and one machine asks for posts."
            )
        part = read_shard(shard)
        raise typer.Exit(
            crawl_shards(
                settings, wanted, part, roster=roster, since=since, recheck=recheck, former=former, tell=listener()
            )
        )
    code = crawl_all(
        settings,
        wanted,
        roster=roster,
        since=since,
        new=new,
        recheck=recheck,
        former=former,
        activity=activity,
    )
    if roster and code != _INTERRUPTED:
        _tell_unread(settings, roster)
    raise typer.Exit(code)


def _tell_unread(settings: Settings, roster: str) -> None:
    """Say how many accounts of a list Kooch cannot crawl: one line for platforms that it cannot read, one for closed
    platforms."""
    others = {
        name: n
        for name in known()
        if not is_crawled(name) and (n := len(versions.targets(settings.home, platform=name, roster=roster)))
    }
    closed = {name: n for name, n in others.items() if known()[name].closed}
    unread = {name: n for name, n in others.items() if name not in closed}
    if not is_terminal():
        for event, platforms in (("cannot_be_read", unread), ("closed", closed)):
            if platforms:
                emit(event, roster=roster, accounts=sum(platforms.values()), platforms=platforms)
        return
    if unread:
        say(
            f"{_accounts(unread)} of {roster} cannot be read: {_where(unread)}. `kooch plan {roster}` says what can be done."
        )
    if closed:
        verb = "is" if sum(closed.values()) == 1 else "are"
        archived = [
            f" `kooch backfill {name} --roster {roster}` reads archived pages of {known()[name].name}."
            for name in closed
            if known()[name].archive
        ]
        say(
            f"{_accounts(closed)} of {roster} {verb} on a platform that has closed: {_where(closed)}.{''.join(archived)}"
        )


def _accounts(on: Mapping[str, int]) -> str:
    n = sum(on.values())
    return f"{n:,} {'account' if n == 1 else 'accounts'}"


def _where(on: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} on {known()[platform].name}" for platform, n in on.items())


def crawl_all(
    settings: Settings,
    platforms: list[str],
    *,
    roster: str | None = None,
    since: datetime | None = None,
    new: bool = False,
    recheck: bool = False,
    former: bool = False,
    activity: bool = False,
    everything: bool = False,
    tell: Listener | None = None,
) -> int:
    """Crawl platform after platform, load and publish. Runs that began before `since` are finished first.

    With `activity`, and for rosters in `[activity]`, the accounts that were active are then asked when they posted:
    since they were asked last, or `everything`.

    Returns the exit code: 0 complete, 2 if a platform lacks a token or money, 3 partial, 75 if only platforms are
    missing that another process crawls (or some, in a second look), 130 interrupted.

    Raises ConfigError when the clock has gone back.
    """
    _check_clock(settings)
    since = since or now() - LONGEST_REST
    load_now(settings, quiet=True)
    codes = set()
    with publishing_on_the_way(settings):
        for platform in platforms:
            try:
                refuse_while_divided(settings, platform)
                state = _crawl_one(
                    settings,
                    platform,
                    roster=roster,
                    since=since,
                    new=new,
                    recheck=recheck,
                    former=former,
                    tell=tell or listener(),
                )
            except (NotReadyError, RunningError) as error:
                complain(str(error))
                codes.add(error.exit_code)
                continue
            if state == "running":  # interrupted: the person who ended this platform's crawl wants no other crawl
                codes = {_INTERRUPTED}
                break
            codes.add(0 if state == "complete" else 3)
    load_now(settings, quiet=True)
    if not recheck and _INTERRUPTED not in codes:
        wanted = [roster] if activity else [each for each in settings.activity.rosters if roster in (None, each)]
        codes |= _ask_activity(settings, platforms, wanted, new=new, everything=everything, tell=tell or listener())
    # A second look that could not happen is tried an hour later, whatever the result of the others.
    if recheck and RunningError.exit_code in codes:
        return RunningError.exit_code
    return min(codes - {0}, default=0)


def _ask_activity(
    settings: Settings,
    platforms: list[str],
    rosters: Sequence[str | None],
    *,
    new: bool,
    everything: bool,
    tell: Listener,
) -> set[int]:
    """Ask on which days the accounts of each roster posted (None: of all rosters). Returns the exit codes."""
    if not rosters:
        return set()
    from crawlers.activity import looking  # noqa: PLC0415 -- as below

    codes = set()
    for platform in platforms:
        for each in rosters if platform in looking.activity_spiders() else ():
            try:
                crawled = _ask_one(settings, platform, each, new=new, everything=everything, tell=tell)
            except RunningError as error:
                complain(str(error))
                codes.add(error.exit_code)
                continue
            if crawled is None:
                continue
            if crawled.is_interrupted:
                return {_INTERRUPTED}
            codes.add(0 if crawled.run.state == "complete" else 3)
            load_now(settings, quiet=True)
    return codes


def _ask_one(
    settings: Settings, platform: str, roster: str | None, *, new: bool, everything: bool, tell: Listener
) -> "Crawled | None":
    """Returns None if no active account is known there."""
    from crawlers.activity import looking  # noqa: PLC0415 -- as below

    planned = activity_targets(settings.home, platform=platform, roster=roster)
    with open_state(settings.home) as state:
        unfinished = unfinished_run(state, platform=platform, roster=roster, source="activity")
    if not planned and unfinished is None:
        return None
    with publishing_on_the_way(settings):
        crawled = looking.look(
            settings,
            platform=platform,
            roster=roster,
            plan=lambda: planned,
            before=lambda targets: with_before(settings.home, platform, targets, everything=everything),
            fresh=new,
            on_cost=lambda platform, accounts, hosts: tell.asking(
                platform,
                accounts,
                sum(host.requests for host in hosts),
                max((host.seconds for host in hosts), default=0),
            ),
            on_plan=tell.planned,
            on_outcome=tell.outcome,
            on_wait=tell.waiting,
        )
    counts = {name: getattr(crawled, name) for name in ("planned", "observed", "failed", "skipped")}
    tell.ended(crawled.run, counts)
    return crawled


def _check_clock(settings: Settings) -> None:
    """Raise ConfigError if the published version is dated in the future: observations of now would get wrong dates."""
    try:
        with open_version(reading_file(settings.home)) as connection:
            ((published_at,),) = connection.sql("SELECT published_at FROM versions").pl().rows()
    except StorageError:
        return  # nothing readable is published yet: the load that follows says so, or publishes it
    if published_at > now() + timedelta(days=1):
        raise ConfigError(
            f"The clock says {now():%Y-%m-%d %H:%M} UTC, and the data were published on {published_at:%Y-%m-%d %H:%M} UTC. "
            "Set the clock. If the clock is right now and was ahead then, run `kooch load` first."
        )


def _crawl_one(
    settings: Settings,
    platform: str,
    *,
    roster: str | None,
    since: datetime,
    new: bool,
    recheck: bool,
    former: bool,
    tell: Listener,
) -> RunState:
    """The state of the platform's run. If an earlier run had to be finished first, the state of the new run."""
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import; only a crawl waits for it

    only: list[int] | None = None
    if recheck:
        at = now()
        looks = versions.second_looks(settings.home)
        only = [look.account_id for look in looks if look.platform == platform and look.due_at <= at]
        if not only:
            return "complete"
    # The accounts that an interrupted second look did not reach are planned again.
    fresh = new or recheck
    while True:
        with open_state(settings.home) as state:
            unfinished = None if fresh else unfinished_run(state, platform=platform, roster=roster)
        crawled = crawling.crawl(
            settings,
            platform=platform,
            roster=roster,
            plan=lambda: versions.targets(settings.home, platform=platform, roster=roster, only=only, former=former),
            fresh=fresh,
            is_recheck=recheck,
            on_price=lambda platform, price: tell.priced(platform, price.accounts, price.usd, price.left_usd),
            on_plan=tell.planned,
            on_outcome=tell.outcome,
            on_wait=tell.waiting,
        )
        counts = {name: getattr(crawled, name) for name in ("planned", "observed", "failed", "skipped")}
        tell.ended(crawled.run, counts)
        # Finishing an old run does not count as a look at everybody.
        if unfinished is None or unfinished.started_at >= since or crawled.is_interrupted:
            return crawled.run.state
        load_now(settings, quiet=True)
