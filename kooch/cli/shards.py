"""One part of a crawl that several machines share: `kooch crawl --shard 2/3`."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from kooch.cli.output import complain
from kooch.cli.progress import Listener
from kooch.cli.store import load_now, publishing_on_the_way
from kooch.config import Settings
from kooch.errors import ConfigError, RunningError
from kooch.shards import Shard
from kooch.store import sharing, versions
from kooch.store.collecting import is_loader
from kooch.store.outcomes import Target
from kooch.store.places import place_of
from kooch.times import now

if TYPE_CHECKING:
    from crawlers.runs import Crawled
    from crawlers.sharding import Wanted

LONGEST_REST = timedelta(hours=12)
"""For this long after its start an interrupted run is continued, and counts as today's look."""
_INTERRUPTED = 130


def read_shard(text: str) -> Shard:
    """Raise ConfigError if the text is not a shard."""
    try:
        return Shard.read(text)
    except ValueError as error:
        raise ConfigError(f"--shard is {text!r}: {error}.") from None


def crawl_shards(
    settings: Settings,
    platforms: list[str],
    shard: Shard,
    *,
    roster: str | None,
    since: datetime | None,
    recheck: bool,
    former: bool,
    tell: Listener,
) -> int:
    """Do one shard of a crawl, platform after platform. Returns the exit code, as `crawl_all` does.

    Its outcomes go into the shared folder or bucket. If this data folder is the loader, it loads before and after.
    """
    from crawlers import crawling, sharding  # noqa: PLC0415 -- Scrapy takes a second to import

    if settings.shards.folder is None:
        raise ConfigError(
            "--shard needs the folder that the machines share: give it with --shared, or as folder in [shards] of kooch.toml."
        )
    for platform in platforms:
        sharding.refuse_undivided(settings, crawling.spider_of(platform))
    place = place_of(settings.shards.folder)
    loads = is_loader(settings.home, place)
    if loads:
        load_now(settings, quiet=True)
    codes = set()
    with publishing_on_the_way(settings) if loads else nullcontext():
        for platform in platforms:
            wanted = sharding.Wanted(
                place=place,
                shard=shard,
                platform=platform,
                roster=roster,
                scope="recheck" if recheck else "former" if former else "listed",
                since=since or now() - LONGEST_REST,
                is_repeated=since is not None,
            )
            try:
                done = sharding.crawl_shard(
                    settings,
                    wanted,
                    partial(_plan, wanted),
                    on_plan=tell.planned,
                    on_outcome=tell.outcome,
                    on_wait=tell.waiting,
                    on_end=partial(_tell_end, tell),
                )
            except RunningError as error:
                complain(str(error))
                codes.add(error.exit_code)
                continue
            if any(crawled.is_interrupted for crawled in done):
                codes = {_INTERRUPTED}
                break
            codes |= {0 if crawled.run.state == "complete" else 3 for crawled in done}
    if loads:
        load_now(settings, quiet=True)
    return min(codes - {0}, default=0)


def _plan(wanted: "Wanted") -> list[Target]:
    """The targets of a new run, from the version that the loader has left in the shared folder."""
    at, only = now(), None
    with wanted.place.as_home() as home:
        if wanted.scope == "recheck":
            looks = versions.second_looks(home)
            only = [look.account_id for look in looks if look.platform == wanted.platform and look.due_at <= at]
        return versions.targets(
            home,
            platform=wanted.platform,
            roster=wanted.roster,
            only=only,
            former=wanted.scope == "former",
        )


def _tell_end(tell: Listener, crawled: "Crawled") -> None:
    counts = {name: getattr(crawled, name) for name in ("planned", "observed", "failed", "skipped")}
    tell.ended(crawled.run, counts)


def refuse_while_divided(settings: Settings, platform: str) -> None:
    """Raise RunningError while shards crawl a platform, because a crawl of this machine would also ask their hosts."""
    folder = settings.shards.folder
    runs = sharing.open_runs(place_of(folder), platform) if folder else []
    if runs:
        raise RunningError(
            f"Run on {platform} of {runs[0].started_at:%Y-%m-%d %H:%M} UTC is crawled in {runs[0].shards} shards and is not"
            " over: a host would be asked twice as fast. Wait for it, or take part with --shard."
        )
