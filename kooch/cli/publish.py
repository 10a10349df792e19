"""`kooch publish`: pages of lists that open without a server."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import say, settings_of
from kooch.config import Settings
from kooch.sites import known_sites, remember_site, withdraw
from kooch.store.versions import reading_file
from kooch.times import now


def publish(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of the site; what it holds is brought up to date.")],
    roster: Annotated[
        list[str] | None, typer.Option(help="A list to publish; repeat it for more (default: all).")
    ] = None,
    figures: Annotated[
        bool, typer.Option(help="A page for each person and organisation, too; many more files.")
    ] = True,
) -> None:
    """Write the pages, charts and tables of lists into a folder that any web host can serve."""
    from analytics.site.build import publish_site  # noqa: PLC0415 -- charts take seconds to import

    settings, site = settings_of(context), folder.absolute()
    done = publish_site(
        reading_file(settings.home),
        site,
        roster or [],
        publisher=settings.publisher,
        contact=settings.contact,
        with_people=figures,
    )
    remember_site(settings.home, site, roster or [])
    for one in done:
        say(f"{one.roster}: edition {one.edition}{'' if one.is_new else ', as before'}")
    say(f"{len(done)} lists in {site}. Open {site / 'index.html'}.")


def withdraw_published(settings: Settings, names: Collection[str]) -> None:
    """Withdraw the editions that hold one of `names` from every site that was published here, and publish those anew."""
    for site in known_sites(settings.home):
        emptied = withdraw(site.folder, names, now().date())
        if not emptied:
            continue
        from analytics.site.build import publish_site  # noqa: PLC0415 -- charts take seconds to import

        publish_site(
            reading_file(settings.home),
            site.folder,
            site.rosters,
            publisher=settings.publisher,
            contact=settings.contact,
        )
        say(f"{site.folder}: withdrawn {len(emptied)} folders that held the account, and published without it.")
