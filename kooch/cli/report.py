"""`kooch report`: what became known about a list since a day, and the state of each account, in one file."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import put, say, settings_of
from kooch.errors import ConfigError, UnknownListError
from kooch.store.versions import open_version, reading_file
from kooch.times import now


def report(
    context: typer.Context,
    roster: Annotated[str, typer.Argument(help="A list that is published.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The file to write: .html for a page that needs no other file, .csv for its table."
        ),
    ],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The first day whose changes are reported (default: a week before the data)."
        ),
    ] = None,
) -> None:
    """Write a report of a list in one file: what changed, then people and platforms with followers and posts."""
    from analytics.measures.report import report_of  # noqa: PLC0415 -- Polars takes half a second to import
    from analytics.site.files import edition_of  # noqa: PLC0415 -- charts take seconds to import
    from analytics.site.reports import report_csv, report_html  # noqa: PLC0415 -- as above

    settings = settings_of(context)
    suffix = output.suffix.lower()
    if suffix not in {".html", ".htm", ".csv"}:
        raise ConfigError(f"{output} ends neither with .html nor with .csv. Choose one of them.")
    # In the first time zone of the world, the day begins 14 hours before UTC.
    if since and since.replace(tzinfo=UTC) > now() + timedelta(hours=14):
        raise ConfigError(f"--since is {since:%Y-%m-%d}, which is in the future. Give an earlier day.")
    day: date | None = since.date() if since else None
    with open_version(reading_file(settings.home)) as connection:
        made = report_of(connection, roster=roster, since=day)
        if made is None:
            known = connection.execute("SELECT roster FROM rosters").fetchall()
            raise UnknownListError(roster, [name for (name,) in known])
        edition = edition_of(connection, publisher=settings.publisher, contact=settings.contact)
    put(report_csv(made) if suffix == ".csv" else report_html(made, edition), output)
    say(f"{output}: {len(made.changes)} changes since {made.since}, {made.rows.height} rows, {made.not_read} not read.")
