"""`kooch load`, `kooch backup` and `kooch suppress`."""

from contextlib import suppress as suppress_errors
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import complain, emit, is_terminal, say, settings_of
from kooch.cli.publish import withdraw_published
from kooch.config import BUNDLED_ROSTERS, VIEWS, Settings
from kooch.errors import ConfigError, RunningError, StorageError
from kooch.store import manifest
from kooch.store.backup import write_backup
from kooch.store.load import Loaded
from kooch.store.load import load as load_store
from kooch.store.spool import archive_folder, spool_folder
from kooch.store.suppress import finish_suppression
from kooch.store.suppress import suppress as suppress_account


def load(
    context: typer.Context,
    without_lost: Annotated[
        bool, typer.Option("--without-lost", help="Go on without files of the archive that are lost or damaged.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Publish a version even where nothing is new.")] = False,
) -> None:
    """Load what crawls have spooled and what lists say, and publish a new version where something is new."""
    loaded = load_now(settings_of(context, may_be_new=True), quiet=False, without_lost=without_lost, anew=anew)
    if loaded.broken or loaded.lost:
        raise typer.Exit(StorageError.exit_code)


def load_now(settings: Settings, *, quiet: bool, without_lost: bool = False, anew: bool = False) -> Loaded:
    """Load and publish; with `quiet` only faults are told. A suppression that was killed is finished first."""
    # Whoever is suppressing an account finishes it.
    with suppress_errors(RunningError):
        finish_suppression(settings.home, views=VIEWS, bundled=BUNDLED_ROSTERS)
    loaded = load_store(settings.home, views=VIEWS, bundled=BUNDLED_ROSTERS, without_lost=without_lost, anew=anew)
    if loaded.lost:
        complain(f"All rows are published, from the master. {manifest.sentence(settings.home, loaded.lost)}")
    for run in loaded.ahead:
        complain(run.sentence)
    for file in loaded.broken:
        if file.is_relative_to(archive_folder(settings.home)):
            complain(
                f"Archived batch {file} cannot be read and was set aside; the rest is loaded. What it holds is missing "
                f"now: put a copy from a backup, {file.with_suffix('.parquet').name}, into "
                f"{spool_folder(settings.home) / file.parent.name} and run `kooch load`."
            )
            continue
        complain(
            f"Spool file {file} cannot be read and was set aside; the rest is loaded. Its targets have no outcome: "
            "the next `kooch crawl` asks them again."
        )
    if not quiet:
        if not is_terminal():
            emit(
                "loaded",
                version=loaded.version,
                batches=loaded.batches,
                broken=[str(file) for file in loaded.broken],
                is_new=loaded.is_new,
            )
        elif not loaded.is_new:
            say(f"Nothing is new: version {loaded.version} stands. {settings.home / 'kooch.duckdb'}")
        else:
            say(
                f"Version {loaded.version} is published: {loaded.batches:,} new batches. {settings.home / 'kooch.duckdb'}"
            )
    return loaded


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to put it; a dated folder is made inside.")],
) -> None:
    """Copy everything that the published data can be rebuilt from."""
    home = settings_of(context).home
    if folder.resolve().is_relative_to(home.resolve()):
        raise ConfigError(f"Folder {folder} lies in the data folder {home}. Choose one elsewhere.")
    target = write_backup(home, folder)
    say(f"Backup written: {target}. To restore, use it as the data folder: kooch --home {target} load")


def suppress(
    context: typer.Context,
    platform: Annotated[str, typer.Argument(help="Where the account is.")],
    account: Annotated[str, typer.Argument(help="Its handle, its address, or `id:` and its stable id.")],
    reason: Annotated[str, typer.Option(help="Why; kept in state.sqlite, never published.")],
) -> None:
    """Remove an account everywhere, kept versions and archive included, and keep it out."""
    settings = settings_of(context)
    done = suppress_account(
        settings.home, platform=platform, account=account, reason=reason, views=VIEWS, bundled=BUNDLED_ROSTERS
    )
    withdraw_published(settings, {*done.names, account.removeprefix("id:")})
    if not done.names and not done.outcomes:
        say(
            f"Nothing that is stored goes by {account} on {platform}, so nothing was removed. The name is kept: whoever is"
            " met under it is kept out. If the account is stored under another name, suppress it by its id:"
            f' `kooch suppress {platform} id:… --reason …`; `kooch sql "SELECT native_id, url FROM accounts"` lists the ids.'
        )
        return
    say(
        f"Removed: {', '.join(done.names) or account} on {platform}, {done.outcomes} stored outcomes. Version"
        f" {done.loaded.version} is published without it, older versions are deleted. Copies that others made, and backups,"
        " are not reached."
    )
