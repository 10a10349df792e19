"""`kooch publish`: pages of lists that open without a server."""

from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import say, settings_of
from kooch.store.versions import reading_file


def publish(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of the site; what it holds is brought up to date.")],
    roster: Annotated[
        list[str] | None, typer.Option(help="A list to publish; repeat it for more (default: all).")
    ] = None,
) -> None:
    """Write the pages, charts and tables of lists into a folder that any web host can serve."""
    from analytics.site.build import publish_site  # noqa: PLC0415 -- charts take seconds to import

    settings = settings_of(context)
    done = publish_site(
        reading_file(settings.home),
        folder.absolute(),
        roster or [],
        publisher=settings.publisher,
        contact=settings.contact,
    )
    for one in done:
        say(f"{one.roster}: edition {one.edition}{'' if one.is_new else ', as before'}")
    say(f"{len(done)} lists in {folder.absolute()}. Open {folder.absolute() / 'index.html'}.")
