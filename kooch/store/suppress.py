"""Removing an account everywhere, for good: spool, archive, ids, plans, master, and every kept version."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kooch.errors import ConfigError, StorageError
from kooch.rosters import clean_handle
from kooch.rosters.values import PLATFORMS
from kooch.store import spool
from kooch.store.bodies import forget_bodies
from kooch.store.load import Loaded, load, master_file
from kooch.store.locks import only_one
from kooch.store.publish import published_folder
from kooch.store.read import open_version, reading_file
from kooch.store.state import open_state, transaction
from kooch.times import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """The names under which the account is kept out from now on, and what there was of it."""

    names: tuple[str, ...]
    was_known: bool
    outcomes: int
    loaded: Loaded


def suppress(home: Path, *, platform: str, account: str, reason: str, views: Path, bundled: Path) -> Suppressed:
    """Remove `account` (its native id, or its handle) and keep it out of every later load and crawl.

    The name itself stays in `state.sqlite`, as it must to be recognised. Killed on the way, calling it again finishes
    the work. Raises ConfigError for a platform or a name that cannot be, RunningError while the platform is crawled:
    what is under way would bring it back.
    """
    plain = _plain_name(platform, account)
    with only_one(home, f"crawl-{platform}"), only_one(home, "backfill"):
        meant = {plain} | _names(home, platform, plain)
        held_by = sorted(name for name in meant if not name.startswith("@"))
        if plain.startswith("@") and len(held_by) > 1:
            raise ConfigError(
                f"{plain!r} was the handle of several accounts: {', '.join(held_by)}. Say which is meant by its id, such as"
                f" `kooch suppress {platform} id:{held_by[0]}`."
            )
        was_known = len(meant) > 1 or _is_known(home, platform, plain)
        names = _remember(home, platform, meant, reason)
        with only_one(home, "load", wait=True):
            removed = [row for file in _batches(home) for row in _meant_in(file, platform, names)]
            # Before the batches that name them: killed in between, another call finds them again.
            pages = {f"{platform} {row['target']}" for row in removed if row["capture"]}
            forget_bodies(home, {row["capture"]["digest"] for row in removed if row["capture"]})
            _forget_pages(home, platform, [row["target"] for row in removed if row["capture"]])
            for file in sorted((spool.archive_folder(home) / "ids").glob("*.parquet")):
                _cut_ids(file, platform, names, pages)
            for file in _batches(home):
                _cut_batch(file, platform, names)
            # Freed blocks of a database keep what stood in them: the master is made anew.
            for file in (master_file(home), master_file(home).with_suffix(".duckdb.wal")):
                file.unlink(missing_ok=True)
        loaded = load(home, views=views, bundled=bundled)
        _remove_older_versions(home, loaded.version)
        return Suppressed(names=tuple(sorted(meant)), was_known=was_known, outcomes=len(removed), loaded=loaded)


def _plain_name(platform: str, account: str) -> str:
    """The natural key that a user means: a native id, or `@` and the handle, also from a profile's address."""
    if platform not in PLATFORMS:
        raise ConfigError(f"There is no platform {platform!r}. Known are {', '.join(PLATFORMS)}.")
    if account.startswith("id:") and account != "id:":
        # A number may be a handle of X, too.
        return account.removeprefix("id:")
    try:
        handle, native_id = clean_handle(platform, account)
    except ValueError:
        handle = native_id = None
    if not (handle or native_id):
        raise ConfigError(f"{account!r} names no account on {platform}: give its handle or its id.")
    return native_id or f"@{str(handle).lower()}"


def _names(home: Path, platform: str, name: str) -> set[str]:
    """All natural keys of the account that the store knows, as spool files and plans write them."""
    account, plain = name, name.removeprefix("@")
    try:
        with open_version(reading_file(home)) as connection:
            found = connection.sql(
                """
                WITH meant AS (
                    SELECT account_id FROM accounts WHERE platform = $platform AND native_id = $account
                    UNION
                    SELECT h.account_id FROM handles AS h INNER JOIN accounts AS a ON a.account_id = h.account_id
                    WHERE a.platform = $platform AND lower(h.handle) = $plain AND h.valid_to IS NULL
                ),

                whole AS (
                    SELECT account_id FROM meant
                    UNION
                    SELECT a.account_id FROM accounts AS a INNER JOIN meant AS m ON m.account_id = a.merged_into
                    UNION
                    SELECT a.merged_into FROM accounts AS a INNER JOIN meant AS m ON m.account_id = a.account_id
                    WHERE a.merged_into IS NOT NULL
                )

                SELECT substr(i.key, length($platform) + 2) AS name
                FROM ids AS i
                INNER JOIN whole AS w ON w.account_id = i.id
                WHERE i.kind = 'account' AND starts_with(i.key, $platform || ' ')
                """,
                params={"platform": platform, "account": account, "plain": plain},
            ).pl()
    except StorageError:
        # Nothing is published, or an earlier call was interrupted: the names it recorded are added below.
        return set()
    return set(found["name"])


def _is_known(home: Path, platform: str, name: str) -> bool:
    try:
        with open_version(reading_file(home)) as connection:
            key = f"{platform} {name}"
            return bool(connection.execute("SELECT 1 FROM ids WHERE kind = 'account' AND key = ?", [key]).fetchall())
    except StorageError:
        return False


def _remember(home: Path, platform: str, names: set[str], reason: str) -> tuple[str, ...]:
    with open_state(home) as state:
        state.execute("PRAGMA secure_delete = ON")
        with transaction(state):
            state.executemany(
                "INSERT OR IGNORE INTO suppressions VALUES (?, ?, ?, ?)",
                [(platform, name, reason, now().isoformat()) for name in sorted(names)],
            )
            every = {
                str(row["account"])
                for row in state.execute("SELECT account FROM suppressions WHERE platform = ?", (platform,))
            }
            of_platform = "run IN (SELECT run FROM runs WHERE platform = ?)"
            is_planned = f"{of_platform} AND ? IN (target, native_id, '@' || lower(handle))"
            digests: set[str] = set()
            for name in sorted(every):
                walks = f"SELECT run, walk FROM walks WHERE {of_platform} AND '@' || lower(handle) = ?"
                state.execute(f"DELETE FROM index_rows WHERE (run, walk) IN ({walks})", (platform, name))
                state.execute(f"DELETE FROM walks WHERE (run, walk) IN ({walks})", (platform, name))
                digests |= {
                    str(row["digest"])
                    for row in state.execute(f"SELECT digest FROM targets WHERE {is_planned}", (platform, name))
                }
                state.execute(f"DELETE FROM targets WHERE {is_planned}", (platform, name))
            # Also of pages that were fetched and never read, as when a backfill was killed.
            forget_bodies(home, digests)
        state.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tuple(sorted(every))


def _forget_pages(home: Path, platform: str, targets: Sequence[str]) -> None:
    """Plan archived pages no more, not even in the past: whose they were, only reading them has told."""
    with open_state(home) as state, transaction(state):
        state.executemany(
            "DELETE FROM targets WHERE run IN (SELECT run FROM runs WHERE platform = ?) AND target = ?",
            [(platform, target) for target in targets],
        )


def _batches(home: Path) -> list[Path]:
    return [*spool.waiting_batches(home), *spool.archived_batches(home)]


def _read(file: Path) -> pa.Table:
    try:
        return pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        raise StorageError(
            f"Archive file {file} cannot be read, so the account may still be in it. Restore it from a backup or delete it,"
            " then suppress the account again."
        ) from error


def _meant_in(file: Path, platform: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """The outcomes of `names` in a batch, each with its target and capture."""
    table = _read(file)
    rows: list[dict[str, Any]] = (
        table.filter(_is_meant(table, platform, names)).select(["target", "capture"]).to_pylist()
    )
    return rows


def _is_meant(table: pa.Table, platform: str, names: Sequence[str]) -> pa.ChunkedArray:
    """Which rows are outcomes of `names`."""
    known = pa.array(names)
    # Folded here, as the names were: no two libraries agree on every letter's lower case.
    looked_up = [
        handle for handle in pc.unique(table["handle"]).to_pylist() if handle and f"@{handle.lower()}" in names
    ]
    return pc.and_(
        pc.equal(table["platform"], platform),
        pc.or_(
            pc.or_(pc.is_in(table["target"], known), pc.is_in(pc.utf8_lower(table["target"]), known)),
            pc.or_(
                pc.fill_null(pc.is_in(table["native_id"], known), False),
                # An archived page that shows no id goes by the handle it was looked up under.
                pc.is_in(table["handle"], pa.array(looked_up, pa.string())),
            ),
        ),
    )


def _cut_batch(file: Path, platform: str, names: Sequence[str]) -> None:
    """Rewrite a batch without the outcomes of `names`."""
    table = _read(file)
    kept, unnamed = _without_names(table.filter(pc.invert(_is_meant(table, platform, names))), platform, names)
    if unnamed or kept.num_rows < table.num_rows:
        _replace(file, kept)


def _without_names(table: pa.Table, platform: str, names: Sequence[str]) -> tuple[pa.Table, int]:
    """The same batch in which no other account names one of `names`, and how many did."""
    rows = table.select(["platform", "moved_to", "is_named_back", "also_known_as"]).to_pylist()
    n = 0
    for row in rows:
        others = [name for name in row["also_known_as"] or () if name not in names]
        if row["platform"] != platform or (row["moved_to"] not in names and others == (row["also_known_as"] or [])):
            continue
        n += 1
        row["also_known_as"] = others
        if row["moved_to"] in names:
            row["moved_to"] = row["is_named_back"] = None
    for name in ("moved_to", "is_named_back", "also_known_as") if n else ():
        field = table.schema.field(name)
        cells = pa.array([row[name] for row in rows], field.type)
        table = table.set_column(table.schema.get_field_index(name), field, cells)
    return table, n


def _cut_ids(file: Path, platform: str, names: Sequence[str], pages: set[str]) -> None:
    """Keep the numbers, so that none is given twice, and forget whose they were; `pages` are the keys of captures."""
    table = _read(file)
    word = re.compile(
        "|".join(rf"(?<!\S){re.escape(platform)} {re.escape(name)}(?!\S)" for name in names), re.IGNORECASE
    )
    keys = [
        f"suppressed {number}" if key in pages or word.search(key) else key
        for key, number in zip(table["key"].to_pylist(), table["id"].to_pylist(), strict=True)
    ]
    if keys != table["key"].to_pylist():
        _replace(file, table.set_column(table.schema.get_field_index("key"), "key", pa.array(keys)))


def _replace(file: Path, table: pa.Table) -> None:
    fresh = file.with_suffix(".partial")
    pq.write_table(table, fresh, compression="zstd")
    fresh.rename(file)
    spool.sync_folder(file.parent)


def _remove_older_versions(home: Path, version: int) -> None:
    for file in published_folder(home).glob("*-*.duckdb*"):
        if f"{version:08}" not in file.name:
            file.unlink(missing_ok=True)
