"""`kooch looks`: the sheet for looks by people, and how far lookers agree."""

from pathlib import Path
from typing import Annotated

import typer

from kooch import rosters
from kooch.cli.output import home_of, say, settings_of, show
from kooch.config import BUNDLED_ROSTERS
from kooch.errors import ConfigError, UnknownListError
from kooch.looks import write_sheet
from kooch.platforms import platform_of
from kooch.store.versions import open_version, reading_file

app = typer.Typer(no_args_is_help=True, help="Make sheets for looks by people, and compare lookers.")


@app.command()
def template(
    context: typer.Context,
    roster: Annotated[str, typer.Argument(help="A list, yours or one that comes with Kooch.")],
    platform: Annotated[str, typer.Argument(help="The platform on which people look.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write (default: LIST-PLATFORM.xlsx here).")
    ] = None,
) -> None:
    """Write a sheet with drop-downs and a row for every figure of a list. `kooch import looks` imports it."""
    settings = settings_of(context, may_be_new=True)
    if closed := platform_of(platform).closed:
        raise ConfigError(f"{platform_of(platform).name} closed in {closed.not_after:%B %Y}: nobody can look there.")
    lists = {each.slug: each for each in rosters.read_rosters(BUNDLED_ROSTERS, settings.home / "rosters")}
    if roster not in lists:
        raise UnknownListError(roster, lists)
    file = output or Path(f"{roster}-{platform}.xlsx")
    if file.exists():
        raise ConfigError(f"{file} exists already and may hold looks. Name another file with --output.")
    n = write_sheet(file, lists[roster], platform)
    say(f"{file} has a row for each of {n} figures. Fill it, then `kooch import looks {file}`.")


@app.command()
def agreement(context: typer.Context) -> None:
    """Show the waves, how far two lookers agree, and the table of counts."""
    home = home_of(context)
    with open_version(reading_file(home)) as connection:
        for title, sql in (
            ("wave", "FROM waves ORDER BY platform, first_looked_at"),
            ("agreement", "FROM look_agreement ORDER BY platform, wave"),
            ("alpha", "FROM look_alphas ORDER BY platform, wave"),
            ("pairs", "FROM look_results ORDER BY ALL"),
        ):
            frame = connection.sql(sql).pl()
            show(frame.columns, frame.to_dicts(), title=title)
            if title == "wave":
                for row in frame.iter_rows(named=True):
                    if row["means_something_else"]:
                        say(
                            f"Wave {row['wave']} of {row['platform']} does not mean the same as the wave before: "
                            f"{row['definition'] or 'nobody said what counted as present'}. Do not draw one line through both."
                        )
