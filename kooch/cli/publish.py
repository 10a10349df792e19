"""`kooch publish`: pages of lists that open without a server."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import say, settings_of
from kooch.config import Settings
from kooch.sites import check_site, known_sites, lists_in, remember_site, withdraw, writing
from kooch.store.versions import reading_file
from kooch.times import now


def publish(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of the site; the command updates it.")],
    roster: Annotated[
        list[str] | None, typer.Option(help="A list to publish; repeat it for more (default: all).")
    ] = None,
    figures: Annotated[
        bool, typer.Option(help="Also write a page for each person and organisation (many more files).")
    ] = True,
) -> None:
    """Write the pages, charts and tables of lists into a folder that any web host can serve."""
    from analytics.site.build import publish_site  # noqa: PLC0415 -- charts take seconds to import

    settings, site = settings_of(context), folder.absolute()
    check_site(settings.home, site)
    done = publish_site(
        reading_file(settings.home),
        site,
        roster or None,
        publisher=settings.publisher,
        contact=settings.contact,
        with_people=figures,
    )
    remember_site(settings.home, site)
    for one in done:
        say(f"{one.roster}: edition {one.edition}{'' if one.is_new else ', as before'}")
    say(f"{len(done)} list{'' if len(done) == 1 else 's'} in {site}. Open {site / 'index.html'}.")


def withdraw_published(settings: Settings, names: Collection[str]) -> None:
    """Withdraw the editions that hold one of `names` from every site that was published here, and publish those sites again.

    A list has pages of figures afterwards if it had them before.
    """
    for site in known_sites(settings.home):
        without = {name for name in lists_in(site) if _has_pages_of_no_figure(site / name / "latest")}
        with writing(site):
            emptied = withdraw(site, names, now().date())
        if not emptied:
            continue
        from analytics.site.build import lists_of, publish_site  # noqa: PLC0415 -- charts take seconds to import

        file = reading_file(settings.home)
        known = lists_of(file)
        for figures in (True, False):
            publish_site(
                file,
                site,
                [name for name in lists_in(site) if name in known and (name not in without) is figures],
                publisher=settings.publisher,
                contact=settings.contact,
                with_people=figures,
            )
        say(f"{site}: {len(emptied)} folders that held the account are withdrawn; the site is published without it.")


def _has_pages_of_no_figure(latest: Path) -> bool:
    return latest.is_dir() and not (latest / "figures").is_dir()
