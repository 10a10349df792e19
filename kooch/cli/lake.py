"""`kooch lake`: write published versions into a shared lake, or read one from it."""

from typing import Annotated

import typer

from kooch.cli.output import emit, is_terminal, say, settings_of
from kooch.config import VIEWS
from kooch.lake.lake import pull as pull_version
from kooch.lake.lake import push as push_version

app = typer.Typer(no_args_is_help=True, help="Write published versions into a shared lake, or read one from it.")


@app.command()
def push(
    context: typer.Context,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Push even if another data folder has pushed a later version.")
    ] = False,
) -> None:
    """Write the latest published version into the lake of kooch.toml.

    Only rows that are new are written. Killed on the way, it changes nothing: repeat it.
    """
    pushed = push_version(settings_of(context), take_over=take_over)
    if not is_terminal():
        emit("pushed", version=pushed.version, is_new=pushed.is_new, rows=pushed.rows)
    elif pushed.is_new:
        say(f"Version {pushed.version} is in the lake: {pushed.rows:,} rows were written.")
    else:
        say(f"Nothing is new: version {pushed.version} is in the lake.")


@app.command()
def pull(
    context: typer.Context,
    version: Annotated[int | None, typer.Option(help="The version to pull (default: the latest).")] = None,
) -> None:
    """Publish a version of the lake in this data folder.

    `kooch sql` and the app read it as they read one of their own. The folder must not make versions itself.
    """
    settings = settings_of(context)
    pulled = pull_version(settings, version=version, views=VIEWS)
    if is_terminal():
        say(f"Version {pulled.version} is here: {pulled.rows:,} rows. {settings.home / 'kooch.duckdb'}")
    else:
        emit("pulled", version=pulled.version, rows=pulled.rows)
