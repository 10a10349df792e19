"""`kooch sheet`: everything about one claim, on one page."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import put, settings_of
from kooch.errors import ConfigError
from kooch.rosters.columns import platform_meant
from kooch.store.versions import open_version, reading_file

_MOST_NAMED = 5
_HTML, _TEXT = {".html", ".htm"}, {".txt", ".md", ""}


class Format(StrEnum):
    """What `--format` takes."""

    TEXT = "text"
    HTML = "html"


def sheet(
    context: typer.Context,
    figure: Annotated[str, typer.Argument(help="The name or figure_id of a person or organisation.")],
    platform: Annotated[str, typer.Argument(help="A platform, such as koo.")],
    format: Annotated[  # noqa: A002 -- the name of the option
        Format | None, typer.Option(help="Default: html if the file ends with .html, else text.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")
    ] = None,
) -> None:
    """Say what you may print about a person or organisation on a platform, on what evidence, and what would overturn it."""
    from analytics.measures import sheet as measure  # noqa: PLC0415 -- Polars takes half a second to import
    from analytics.measures.figure import ids_named, names, near_names  # noqa: PLC0415 -- as above
    from analytics.site.files import edition_of  # noqa: PLC0415 -- charts take seconds to import
    from analytics.site.sheets import sheet_html, sheet_text  # noqa: PLC0415 -- as above

    settings = settings_of(context)
    if output and output.suffix.lower() not in _HTML | _TEXT:
        raise ConfigError(f"{output} ends neither with .html nor with .txt. Choose one of them.")
    with open_version(reading_file(settings.home)) as connection:
        labels = names(connection)
        found = ids_named(labels, figure)
        if not found:
            near = near_names(labels, figure)[:_MOST_NAMED]
            remedy = f"Similar names: {', '.join(near)}." if near else "`kooch sql` finds names: table figures."
            raise ConfigError(f"Nobody on the lists is called {figure!r}. {remedy}")
        if len(found) > 1:
            raise ConfigError(f"{figure!r} may mean {' or '.join(found)}. Name one of these.")
        platforms = dict(connection.execute("SELECT platform, name FROM platforms").fetchall())
        slug = platform_meant(platform)
        if slug not in platforms:
            raise ConfigError(f"There is no platform {platform!r}. Known are: {', '.join(sorted(platforms))}.")
        claim = measure.sheet(connection, figure_id=found[0], platform=slug)
        edition = edition_of(connection, publisher=settings.publisher, contact=settings.contact)
    wanted = format or (Format.HTML if output and output.suffix.lower() in _HTML else Format.TEXT)
    made = sheet_html(claim, edition) if wanted is Format.HTML else sheet_text(claim, edition)
    put(made.encode(), output)
