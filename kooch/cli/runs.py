"""`kooch runs`: withdraw what a crawl observed."""

from typing import Annotated

import typer

from kooch.cli.output import say, settings_of
from kooch.cli.store import load_now
from kooch.errors import ConfigError
from kooch.store.locks import only_one
from kooch.store.state import open_state, read_run, withdraw_run
from kooch.store.versions import run_key

app = typer.Typer(no_args_is_help=True, help="Withdraw what a crawl observed.")


@app.command()
def drop(
    context: typer.Context,
    run: Annotated[int, typer.Argument(help="The number of the run, as `kooch status` shows it.")],
    reason: Annotated[
        str, typer.Option(help="Why the run is withdrawn. The reason is published with the run's platform and start.")
    ],
) -> None:
    """Withdraw all that a run observed, for example because its clock was ahead, and publish.

    Its batches stay in the archive and are loaded no more.
    """
    settings = settings_of(context)
    if not reason.strip():
        raise ConfigError("--reason is empty: say why the run is withdrawn.")
    key = run_key(settings.home, run)
    if key is None:
        raise ConfigError(f"There is no run {run}. `kooch status --runs 100` lists them.")
    with open_state(settings.home) as state:
        platform = read_run(state, key).platform
    with (
        only_one(settings.home, f"crawl-{platform}"),
        only_one(settings.home, "backfill"),
        open_state(settings.home) as state,
    ):
        withdraw_run(state, key, reason.strip())
    loaded = load_now(settings, quiet=True)
    say(f"Run {run} on {platform} is withdrawn; version {loaded.version} is published without it.")
