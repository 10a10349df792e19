"""`kooch backfill`: a platform's past, from the Wayback Machine."""

from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer

from kooch.cli.crawl import crawl_all
from kooch.cli.output import complain, settings_of
from kooch.cli.progress import listener
from kooch.cli.store import load_now, publishing_on_the_way
from kooch.config import Settings
from kooch.errors import ConfigError
from kooch.store import versions
from kooch.store.backfills import Backfill, Every

_DAY = ["%Y-%m-%d"]


def backfill(
    context: typer.Context,
    platform: Annotated[str, typer.Argument(help="x, koo, or activity (when accounts posted).")],
    roster: Annotated[str | None, typer.Option(help="Only people and organisations of this list.")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="The first day of the captures.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="The last day of the captures, included.")
    ] = None,
    every: Annotated[
        Every, typer.Option(help="Read one capture of each day, week or month, or every capture.")
    ] = Every.DAY,
    new: Annotated[bool, typer.Option("--new", help="Give up an unfinished backfill and start a new one.")] = False,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Refused: archives limit addresses.")] = None,
) -> None:
    """Read archived profile pages of every accepted account, or finish the backfill that was interrupted; then publish.

    `activity` looks at every account, then reads from the servers themselves when those that are active posted, since they
    were opened.
    """
    if shard:
        raise ConfigError(
            f"--shard {shard}: the Wayback Machine limits what one address may ask, and several machines would go round that."
            " Backfill from one machine, without --shard."
        )
    if platform == "activity":
        if first or last or every is not Every.DAY:
            raise ConfigError(
                "`kooch backfill activity` reads all there is: --from, --to and --every are for archives."
            )
        _read_all_activity(settings_of(context), roster=roster, new=new)
    from crawlers import backfill as backfilling  # noqa: PLC0415 -- Scrapy takes a second to import

    backfilling.refuse_unlisted(platform)
    settings = settings_of(context)
    if first and last and last < first:
        raise ConfigError(f"--to {last:%Y-%m-%d} is earlier than --from {first:%Y-%m-%d}. Swap them.")
    if first and first.replace(tzinfo=UTC) > datetime.now(UTC):
        raise ConfigError(
            f"--from {first:%Y-%m-%d} is in the future, and an archive holds the past. Give an earlier day."
        )
    load_now(settings, quiet=True)
    tell = listener()
    accounts = versions.targets(settings.home, platform=platform, roster=roster, former=True)
    if without := sum(account.handle is None for account in accounts):
        complain(f"{without:,} accounts are known by their id only and left out: an archive is asked by handle.")
    with publishing_on_the_way(settings):
        crawled = backfilling.backfill(
            settings,
            platform=platform,
            roster=roster,
            accounts=lambda: accounts,
            read_already=lambda: versions.captures_read(settings.home, platform),
            wanted=Backfill(
                first_day=first.date() if first else None,
                last_day=last.date() if last else None,
                every=every,
            ),
            fresh=new,
            tell=backfilling.Listener(
                on_walks=lambda walks, seconds: tell.walking(platform, walks, seconds),
                on_misfits=lambda rows: complain(
                    f"{rows:,} rows of the archive's index are no captures, and left out."
                ),
                on_plan=tell.planned,
                on_outcome=tell.outcome,
                on_wait=tell.waiting,
            ),
        )
    load_now(settings, quiet=True)
    counts = {name: getattr(crawled, name) for name in ("planned", "observed", "failed", "skipped")}
    tell.ended(crawled.run, counts)
    raise typer.Exit(0 if crawled.run.state == "complete" else 3)


def _read_all_activity(settings: Settings, *, roster: str | None, new: bool) -> NoReturn:
    from crawlers import crawling  # noqa: PLC0415 -- as above
    from crawlers.activity import looking  # noqa: PLC0415 -- as above

    platforms = [each for each in crawling.ready_platforms(settings) if each in looking.activity_spiders()]
    raise typer.Exit(crawl_all(settings, platforms, roster=roster, new=new, activity=True, everything=True))
