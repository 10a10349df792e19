"""`kooch export`: the published data as files for others."""

from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import say, settings_of
from kooch.export import export_version
from kooch.store.versions import reading_file


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
) -> None:
    """Write every table as Parquet and CSV, intervals.csv, a data package description and a citation."""
    written = export_version(reading_file(settings_of(context).home), folder.absolute())
    say(f"{len(written)} files in {folder.absolute()}. How to cite it: CITATION.txt.")
