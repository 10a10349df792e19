"""`kooch reproduce`: published numbers beside the numbers of Kooch."""

from typing import Annotated

import typer

from kooch.cli.output import home_of, show
from kooch.errors import ConfigError
from kooch.store.versions import open_version, reading_file


def reproduce(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The name of a study.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every study, as a table.")] = False,
) -> None:
    """Show a study's definition and number with its citation, our number, and why they differ."""
    from analytics.reproductions import STUDIES, as_rows  # noqa: PLC0415 -- Polars comes with it
    from analytics.reproductions import reproduce as reproduced  # noqa: PLC0415

    names = [study.name for study in STUDIES]
    if (name is None) is not every:
        raise ConfigError(f"Name a study, or ask for --all. Known are: {', '.join(names)}.")
    if name is not None and name not in names:
        raise ConfigError(f"There is no study {name!r}. Known are: {', '.join(names)}.")
    with open_version(reading_file(home_of(context))) as connection:
        rows = as_rows(reproduced(connection, study) for study in STUDIES if every or study.name == name)
    show(list(rows[0]), rows)
