"""`kooch load`, `kooch backup` and `kooch suppress`."""

import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress as suppress_errors
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import complain, emit, is_terminal, say, settings_of
from kooch.cli.publish import withdraw_published
from kooch.config import BUNDLED_ROSTERS, VIEWS, Settings
from kooch.errors import ConfigError, KoochError, RunningError, StorageError
from kooch.sites import known_sites
from kooch.store import manifest
from kooch.store.backup import write_backup
from kooch.store.collecting import Collected, collect, is_loader, share_version
from kooch.store.compact import compact
from kooch.store.load import Loaded
from kooch.store.load import load as load_store
from kooch.store.places import place_of
from kooch.store.sharing import check_shared
from kooch.store.spool import archive_folder, spool_folder
from kooch.store.suppress import finish_suppression
from kooch.store.suppress import suppress as suppress_account

_PARTIAL = 3


def load(
    context: typer.Context,
    without_lost: Annotated[
        bool, typer.Option("--without-lost", help="Continue without archive files that are lost or damaged.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Publish a version even if nothing is new.")] = False,
    shared: Annotated[
        str | None,
        typer.Option(help="The folder or bucket in which shards leave their observations (default: as in kooch.toml)."),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(help="Why lists withdraw what they said before. The reason is published with each correction."),
    ] = None,
) -> None:
    """Load what crawls have found and what lists say. Publish a new version if something is new."""
    settings = with_shared(settings_of(context, may_be_new=True), shared)
    collected = collect_now(settings, takes_folder=True)
    loaded = _load(settings, quiet=False, without_lost=without_lost, anew=anew, reason=reason)
    code = push_now(settings)
    if loaded.broken or loaded.lost or collected.left or code:
        raise typer.Exit(code or StorageError.exit_code)
    if collected.over:
        raise typer.Exit(_PARTIAL)


def load_now(settings: Settings, *, quiet: bool) -> Loaded:
    """Load and publish, also into the lake if there is one. With `quiet`, print only faults.

    Before that, take what shards have left in the shared folder. Afterwards, put the new version there.
    """
    collect_now(settings)
    loaded = _load(settings, quiet=quiet)
    # If the push fails, the next load pushes again.
    push_now(settings)
    return loaded


def with_shared(settings: Settings, folder: str | None) -> Settings:
    """The settings with the folder of `--shared` instead of the one in kooch.toml."""
    if folder is None:
        return settings
    return settings.model_copy(update={"shards": settings.shards.model_copy(update={"folder": folder})})


def collect_now(settings: Settings, *, takes_folder: bool = False) -> Collected:
    """Take what shards have left in the shared folder, and print what is missing. A fault of the folder stops no load.

    With `takes_folder`, this data folder becomes the loader of the shared folder if it has none.
    """
    if settings.shards.folder is None:
        return Collected()
    place = place_of(settings.shards.folder)
    try:
        if is_loader(settings.home, place, takes=takes_folder):
            collected = collect(settings.home, place, wait_hours=settings.shards.wait_hours)
        else:
            if takes_folder:
                loader = check_shared(place)
                complain(
                    f"Shared folder {place} is loaded by another data folder, {loader.home}. This one takes nothing from it."
                    f" If that one is gone for good, delete {place}/loader.json and run `kooch load` here."
                )
            collected = Collected()
    except (StorageError, ConfigError) as error:
        collected = Collected(left=(str(error),))
    for sentence in (*collected.left, *collected.over, *(division.sentence for division in collected.divisions)):
        complain(sentence)
    return collected


def push_now(settings: Settings) -> int:
    """Write the published version into the lake of kooch.toml, if there is one. Prints a fault, and returns its exit code."""
    if settings.lake is None:
        return 0
    from kooch.lake.lake import push  # noqa: PLC0415 -- few have a lake

    try:
        push(settings)
    except KoochError as error:
        complain(str(error))
        return error.exit_code
    return 0


def _load(
    settings: Settings, *, quiet: bool, without_lost: bool = False, anew: bool = False, reason: str | None = None
) -> Loaded:
    """Load and publish. An interrupted suppression is finished first."""
    # The process that is suppressing an account finishes it.
    with suppress_errors(RunningError):
        finish_suppression(settings.home, views=VIEWS, bundled=BUNDLED_ROSTERS)
    loaded = load_store(
        settings.home, views=VIEWS, bundled=BUNDLED_ROSTERS, without_lost=without_lost, anew=anew, reason=reason
    )
    if loaded.is_new and not loaded.lost:
        compact(settings.home)
    _share(settings)
    if loaded.corrections:
        complain(_corrected(settings.home, loaded.corrections))
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
            say(f"Nothing is new. Version {loaded.version} stays the latest. {settings.home / 'kooch.duckdb'}")
        else:
            say(
                f"Version {loaded.version} is published: {loaded.batches:,} new batches. {settings.home / 'kooch.duckdb'}"
            )
    return loaded


def _share(settings: Settings) -> None:
    if settings.shards.folder is not None:
        place = place_of(settings.shards.folder)
        try:
            if is_loader(settings.home, place):
                share_version(settings.home, place)
        except (StorageError, ConfigError) as error:
            complain(str(error))


@contextmanager
def publishing_on_the_way(settings: Settings) -> Iterator[None]:
    """Load and publish every few minutes, in a process of its own: the crawl never waits for it."""
    ended = threading.Event()
    shared = ["--shared", settings.shards.folder] if settings.shards.folder else []

    def publish() -> None:
        while not ended.wait(settings.crawl.publish_every_minutes * 60):
            subprocess.run(  # noqa: S603 -- our own command
                [sys.executable, "-m", "kooch", "--home", str(settings.home), "load", *shared],
                check=False,
                capture_output=True,
            )

    thread = threading.Thread(target=publish, name="publisher", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _corrected(home: Path, n: int) -> str:
    withdrawn = f"{n:,} {'thing that was' if n == 1 else 'things that were'} published before {'is' if n == 1 else 'are'} withdrawn."
    sites = "".join(f" `kooch publish {shlex.quote(str(site))}`" for site in known_sites(home))
    return f"{withdrawn} {f'Put the notices into your pages:{sites}' if sites else 'Table corrections says what, and why'}."


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder in which to make a dated folder with the backup.")],
) -> None:
    """Copy everything from which the published data can be rebuilt."""
    home = settings_of(context).home
    if folder.resolve().is_relative_to(home.resolve()):
        raise ConfigError(f"Folder {folder} lies in the data folder {home}. Choose one elsewhere.")
    target = write_backup(home, folder)
    say(f"Backup written: {target}. To restore, use it as the data folder: kooch --home {target} load")


def suppress(
    context: typer.Context,
    platform: Annotated[str, typer.Argument(help="The platform of the account.")],
    account: Annotated[str, typer.Argument(help="The handle or address of the account, or `id:` and its stable id.")],
    reason: Annotated[str, typer.Option(help="Why it is removed. Kept in state.sqlite, never published.")],
) -> None:
    """Remove an account everywhere, including the archive and kept versions, and keep it out."""
    settings = settings_of(context)
    done = suppress_account(
        settings.home, platform=platform, account=account, reason=reason, views=VIEWS, bundled=BUNDLED_ROSTERS
    )
    code = push_now(settings)
    withdraw_published(settings, {*done.names, account.removeprefix("id:")})
    if not done.names and not done.outcomes:
        say(
            f"No stored account is called {account} on {platform}, so nothing was removed. Kooch keeps the name, and keeps out"
            " an account that has it later. If the account is stored under another name, suppress it by its id:"
            f' `kooch suppress {platform} id:… --reason …`; `kooch sql "SELECT native_id, url FROM accounts"` lists the ids.'
        )
        raise typer.Exit(code)
    say(
        f"Removed: {', '.join(done.names) or account} on {platform}, {done.outcomes} stored outcomes. Version"
        f" {done.loaded.version} is published without it, older versions are deleted. Copies that others made, and backups,"
        " are not reached."
    )
    raise typer.Exit(code)
