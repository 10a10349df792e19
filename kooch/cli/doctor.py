"""`kooch doctor`: are the installation, the store and the network in order?"""

import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from kooch import __version__, rosters
from kooch.cli.output import emit, is_terminal, say, settings_of
from kooch.config import BUNDLED_ROSTERS, VIEWS, Settings
from kooch.connections import connect
from kooch.errors import KoochError, StorageError
from kooch.files import make_folder
from kooch.platforms import platform_of
from kooch.store import manifest, versions
from kooch.store.load import load as load_store
from kooch.store.load import refuse_lost_state, runs_ahead
from kooch.store.locks import only_one
from kooch.store.master import master_file
from kooch.store.schema import quoted
from kooch.store.state import open_state, state_file
from kooch.store.versions import first_line, open_version, read_all, reading_file

Check = Callable[[Settings], str]


def doctor(
    context: typer.Context,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help="Rebuild the store from archive, lists and state in another folder, and compare both."
        ),
    ] = False,
    network: Annotated[bool, typer.Option(help="Also check whether the hosts can be found.")] = True,
) -> None:
    """Check everything and say what to do. Exit code 4 if the store is at fault, 3 if only the network is."""
    settings = settings_of(context, may_be_new=True)
    checks: list[tuple[str, Check, int]] = [
        ("versions", _versions, 1),
        ("data folder", _folder, 4),
        ("state", _state, 4),
        ("archive", _archive, 4),
        ("master", _master, 4),
        ("published version", _published, 4),
        ("clock", _clock, 4),
        ("rosters", _rosters, 2),
        ("archived pages of Koo", _koo_archive, 1),
    ]
    if rebuild:
        checks.append(("rebuild", _rebuild, 4))
    if network:
        checks.append(("network", _network, 3))
    code = 0
    for name, check, failing in checks:
        try:
            found, is_good = check(settings), True
        except KoochError as error:
            found, is_good = str(error), False
            code = max(code, failing)
        if is_terminal():
            say(f"{'ok   ' if is_good else 'FAULT'} {name}: {found}")
        else:
            emit("check", name=name, ok=is_good, found=found)
    if code:
        raise typer.Exit(code)


def _versions(_settings: Settings) -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return f"Kooch {__version__}, Python {python}, DuckDB {duckdb.__version__}"


def _folder(settings: Settings) -> str:
    try:
        make_folder(settings.home)
        with tempfile.TemporaryFile(dir=settings.home) as probe:
            probe.write(b"kooch")
    except OSError as error:
        raise StorageError(
            f"{settings.home} cannot be written ({error.strerror}). Correct its permissions, or name another with --home."
        ) from error
    free = shutil.disk_usage(settings.home).free
    # A load needs room for a master of its own, for its changes, and for the published copy of it.
    needed = 3 * (master_file(settings.home).stat().st_size if master_file(settings.home).exists() else 0) + (64 << 20)
    if free < needed:
        raise StorageError(f"{settings.home} has {free >> 20} MB free; a load may need {needed >> 20}. Free space.")
    is_open = settings.home.stat().st_mode & 0o077
    shared = f"; others on this machine may look into it, which `chmod 700 {settings.home}` ends" if is_open else ""
    return f"{settings.home}, {free >> 20:,} MB free{shared}"


def _state(settings: Settings) -> str:
    refuse_lost_state(settings.home)
    with open_state(settings.home) as state:
        (answer,) = state.execute("PRAGMA quick_check").fetchone()
        if answer != "ok":
            raise StorageError(f"State {state_file(settings.home)} is damaged ({answer}). Restore it from a backup.")
        (open_runs,) = state.execute("SELECT count(*) FROM runs WHERE state = 'running'").fetchone()
    return f"sound; {open_runs} runs to be continued"


def _archive(settings: Settings) -> str:
    """Read every file of the archive and compare it with the manifest."""
    home = settings.home
    with only_one(home, "load", wait=True):
        listed = manifest.read_manifest(home)
        if found := manifest.faults(home, thorough=True):
            raise StorageError(manifest.sentence(home, found))
        if rewriting := manifest.read_rewriting(home):
            raise StorageError(
                f"A suppression on {rewriting.platform} was interrupted. Run `kooch load`, which finishes it first."
            )
    return f"{len(listed):,} files, all as they were listed"


def _master(settings: Settings) -> str:
    file = master_file(settings.home)
    if not file.exists():
        return "none yet; `kooch load` makes it"
    with only_one(settings.home, "load", wait=True):
        try:
            with connect(file, read_only=True) as connection:
                n = read_all(connection)
        except duckdb.Error as error:
            raise StorageError(
                f"Master {file} cannot be read ({first_line(error)}). Move it away and run "
                "`kooch load`: archive, rosters and state restore it."
            ) from error
    return f"{file}, {n} tables readable"


def _published(settings: Settings) -> str:
    file = reading_file(settings.home)
    with open_version(file) as connection:
        version, n = connection.execute("SELECT version, (SELECT count(*) FROM observations) FROM versions").fetchall()[
            0
        ]
        tables = read_all(connection)
    for_all = (settings.home / "kooch.duckdb").resolve()
    try:
        with open_version(for_all) as connection:
            read_all(connection)
    except StorageError as error:
        # A shell that has the file open to write locks it. That is no damage.
        if "lock" not in str(error):
            raise
    return f"version {version}, {n:,} observations, {tables} tables readable, {file.stat().st_size >> 20:,} MB"


def _clock(settings: Settings) -> str:
    """Raise StorageError for runs by a clock that was ahead: their observations hide the true ones until that time."""
    if not reading_file(settings.home).exists():
        return "nothing is published yet"
    if ahead := runs_ahead(settings.home):
        raise StorageError(" ".join(run.sentence for run in ahead))
    return "nothing was observed later than now"


def _rosters(settings: Settings) -> str:
    lists = rosters.read_rosters(BUNDLED_ROSTERS, settings.home / "rosters")
    evidence = rosters.read_evidence(settings.home / "rosters")
    faults = rosters.check(lists, evidence)
    beside = f" and {len(evidence)} statements beside them" if evidence else ""
    return f"{len(lists)}{beside} readable; {len(faults)} faults (`kooch roster check` lists them)"


def _koo_archive(settings: Settings) -> str:
    """Name the question that would verify the reader of Koo's archived pages. Kooch does not ask it."""
    from crawlers.wayback import IndexQuery, index_url  # noqa: PLC0415 -- as below

    closed = platform_of("koo").closed
    last_day = closed.not_after if closed else None
    pages = IndexQuery(url="kooapp.com/profile/", match="prefix", last_day=last_day)
    address = index_url(str(settings.wayback.url), pages, limit=20, resume_key=None)
    return (
        f"read, but unverified: no real one could be had. `kooch backfill koo --every month --to {last_day}` gets them."
        f" To see which pages there are, open this address in a browser: {address}"
    )


def _rebuild(settings: Settings) -> str:
    """Rebuild the store in another folder, and compare every table with the published one."""
    home = settings.home
    with tempfile.TemporaryDirectory(dir=home) as folder:
        copy = Path(folder)
        for kept in ("archive", "rosters", "platforms"):
            if (home / kept).exists():
                shutil.copytree(home / kept, copy / kept)
        with closing(sqlite3.connect(copy / state_file(home).name)) as target, open_state(home) as state:
            state.backup(target)
        try:
            load_store(copy, views=VIEWS, bundled=BUNDLED_ROSTERS)
        except StorageError as error:
            raise StorageError(str(error).replace(str(copy), str(home))) from error
        with open_version(reading_file(home)) as ours:
            ours.execute(f"ATTACH {quoted(str(reading_file(copy)))} AS again (READ_ONLY)")
            different = [name for name in _tables(ours) if _differ(ours, name)]
    if different:
        raise StorageError(f"Rebuilt from the archive, {', '.join(different)} differ. Keep this folder and report it.")
    return "archive, rosters and state give the same tables again"


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    # Tables that describe the load itself; and slots, whose end is recorded after their crawl has published.
    own = {"batches", "rollup_inputs", "schema_version", "slots", "versions"}
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'kooch' ORDER BY 1"
    ).fetchall()
    return [name for (name,) in rows if name not in own]


# Texts are counted anew by every master: they are compared by their digest.
_COMPARED = {
    "observations": "SELECT o.* EXCLUDE (text_id), t.digest FROM {of}.observations AS o LEFT JOIN {of}.texts AS t"
    " ON t.text_id = o.text_id",
    "profile_changes": "SELECT c.* EXCLUDE (text_id), t.digest FROM {of}.profile_changes AS c INNER JOIN {of}.texts AS t"
    " ON t.text_id = c.text_id",
    "texts": "SELECT * EXCLUDE (text_id) FROM {of}.texts",
}


def _differ(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    rows = _COMPARED.get(table, f"SELECT * FROM {{of}}.{table}")
    ours, again = rows.format(of="kooch"), rows.format(of="again")
    difference = f"""
        SELECT 1 FROM (
            ({ours} EXCEPT ALL {again})
            UNION ALL
            ({again} EXCEPT ALL {ours})
        ) LIMIT 1
    """
    return bool(connection.execute(difference).fetchall())


def _network(settings: Settings) -> str:
    from crawlers import crawling  # noqa: PLC0415 -- Scrapy takes a second to import; only a crawl waits for it

    hosts = {
        host.host.partition(":")[0]
        for platform in crawling.ready_platforms(settings)
        for host in crawling.describe(
            settings, platform, versions.targets(settings.home, platform=platform, roster=None)
        )
    }
    missing = []
    for host in sorted(hosts):
        try:
            socket.getaddrinfo(host, 443)
        except OSError:
            missing.append(host)
    if missing:
        raise KoochError(f"{', '.join(missing)} cannot be found. Until they can, crawls will fail and change nothing.")
    return f"{', '.join(sorted(hosts))} can be found"
