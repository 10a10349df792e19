"""Remove an account everywhere: spool, archive, ids, plans, master and every kept version."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextlib import suppress as suppress_errors
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kooch.errors import ConfigError, KoochError, StorageError
from kooch.files import remove_unfinished, sync_folder, whole_file
from kooch.platforms import (
    Refused,
    given_up,
    learn,
    listed_key,
    natural_keys,
    platform_of,
    read,
    spell_handle,
)
from kooch.store import manifest, spool
from kooch.store.bodies import forget_bodies
from kooch.store.compact import batches_in, finish_compaction, open_merged, with_digests
from kooch.store.forget import forget, is_meant
from kooch.store.load import Loaded, load
from kooch.store.locks import only_one
from kooch.store.master import master_file, older_master_file
from kooch.store.publish import remove_older
from kooch.store.state import open_state, runs, suppressed_accounts, transaction
from kooch.store.versions import open_version, reading_file
from kooch.times import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """The names under which the account was known (none if nothing is stored under the one given), and how many outcomes it had."""

    names: tuple[str, ...]
    outcomes: int
    loaded: Loaded


def suppress(home: Path, *, platform: str, account: str, reason: str, views: Path, bundled: Path) -> Suppressed:
    """Remove `account` (its handle, its address, or `id:` and its native id) and keep it out of every later load and crawl.

    The name itself stays in `state.sqlite`, as it must to be recognised. Killed on the way, calling it again or
    `finish_suppression` finishes the work. Raises ConfigError for a platform or a name that cannot be, RunningError while
    the platform is crawled: what is under way would bring it back.
    """
    learn(home)
    keys = _keys(platform, account)
    finish_suppression(home, views=views, bundled=bundled)
    with only_one(home, f"crawl-{platform}"), only_one(home, "backfill"):
        # What waits in the spool may tell what the account is called. After a call that broke off, runs may not add up:
        # the names are remembered then, and the load at the end tells of any other fault.
        with suppress_errors(KoochError):
            load(home, views=views, bundled=bundled)
        names, others_now, held_by = _known_names(home, platform, keys)
        if len(held_by) > 1:
            raise ConfigError(
                f"{account!r} was the name of several accounts: {', '.join(held_by)}. Say which is meant by its id, such as"
                f" `kooch suppress {platform} id:{held_by[0]}`."
            )
        meant = keys.union(*(_spellings(platform, name) for name in names))
        left = {given_up(spelling) for name in others_now for spelling in _spellings(platform, name)}
        manifest.begin_rewriting(home, platform)
        every = _remember(home, platform, meant | left, reason)
        outcomes = _cut_everything(home, platform, every)
        loaded = _load_without(home, views=views, bundled=bundled)
        return Suppressed(names=tuple(sorted(names)), outcomes=outcomes, loaded=loaded)


def finish_suppression(home: Path, *, views: Path, bundled: Path) -> None:
    """Finish an interrupted suppression, if there is one. Raises RunningError while one is running."""
    rewriting = manifest.read_rewriting(home)
    if rewriting is None:
        return
    learn(home)
    with only_one(home, f"crawl-{rewriting.platform}"), only_one(home, "backfill"):
        with open_state(home) as state:
            every = tuple(sorted(suppressed_accounts(state, rewriting.platform)))
        manifest.begin_rewriting(home, rewriting.platform)
        if every:  # none if it was killed before it had kept the name
            _cut_everything(home, rewriting.platform, every)
        _load_without(home, views=views, bundled=bundled)


def _cut_everything(home: Path, platform: str, every: Sequence[str]) -> int:
    """Remove the names `every` from spool, archive and master. Returns how many outcomes were theirs."""
    with only_one(home, "load", wait=True):
        # A database keeps the content of blocks that it has freed. And a load writes the names that the master holds into the archive.
        for file in (master_file(home), older_master_file(home)):
            file.unlink(missing_ok=True)
            file.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        # The log of the app may name the account.
        with suppress_errors(OSError):
            os.truncate(home / "app.log", 0)
        # An unfinished file of a crawl that was killed may hold the account, too.
        with open_state(home) as state:
            own = [run.run for run in runs(state) if run.platform == platform]
        for run in own:
            remove_unfinished(spool.spool_folder(home) / run)
        finish_compaction(home)
        removed = [row for file in _batches(home) for row in _meant_in(file, platform, every)]
        # The batches name the pages, so they are cut last: after a kill another call finds the pages again.
        pages = {f"{platform} {row['target']}" for row in removed if row["capture"]}
        forget_bodies(home, {row["capture"]["digest"] for row in removed if row["capture"]})
        _forget_pages(home, platform, [row["target"] for row in removed if row["capture"]])
        for file in sorted((spool.archive_folder(home) / "ids").glob("*.parquet")):
            _cut_ids(file, platform, every, pages)
        for file in _batches(home):
            _cut_batch(file, platform, every)
        manifest.renew(home)
        return len(removed)


def _load_without(home: Path, *, views: Path, bundled: Path) -> Loaded:
    """Publish a version without what was removed, and remove the older ones."""
    loaded = load(home, views=views, bundled=bundled)
    remove_older(home, loaded.version)
    manifest.end_rewriting(home)
    return loaded


def _keys(platform: str, account: str) -> frozenset[str]:
    """The natural keys that a user may mean."""
    platform_of(platform)
    if account.strip().startswith("id:"):
        # A number may be a handle of X, too.
        keys = frozenset({account.strip().removeprefix("id:").strip()} - {""})
    else:
        keys = natural_keys(platform, account)
    if not keys:
        found = read(account, platform)
        if isinstance(found, Refused) and found.kind == "secret":
            raise ConfigError(f"The given account {found.why}.")
        raise ConfigError(
            f"{account!r} names no account on {platform}: give its handle, its address, or `id:` and its id."
        )
    return keys


def _spellings(platform: str, name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    return {f"@{spelling}" for spelling in spell_handle(platform, name[1:])}


def _known_names(home: Path, platform: str, keys: frozenset[str]) -> tuple[set[str], set[str], list[str]]:
    """All natural keys of the account that the store knows, as spool files and plans write them.

    The second are those that it was listed under and another is called now: whom they mean depends on who says them.
    The third are ids, one for each account that `keys` may mean.
    """
    try:
        with open_version(reading_file(home)) as connection:
            found = connection.sql(
                """
                WITH called AS (
                    SELECT h.account_id, unnest(['@' || lower(h.handle), CASE
                        -- The address that a browser shows, where the handle has a domain of its own.
                        WHEN a.platform = 'mastodon'
                            THEN '@' || lower(split_part(h.handle, '@', 1) || '@' || a.server)
                    END]) AS name
                    FROM handles AS h
                    INNER JOIN accounts AS a ON a.account_id = h.account_id
                    WHERE a.platform = $platform AND h.valid_to IS NULL
                ),

                meant AS (
                    SELECT account_id FROM accounts
                    WHERE
                        platform = $platform
                        AND (list_contains($keys, native_id) OR list_contains($keys, lower(native_id)))
                    UNION
                    SELECT account_id FROM called WHERE list_contains($keys, name)
                    UNION
                    -- Listed under a name that it has given up since.
                    SELECT i.id
                    FROM ids AS i
                    INNER JOIN accounts AS a ON a.account_id = i.id
                    WHERE i.kind = 'account' AND list_contains(list_transform($keys, lambda k: $platform || ' ' || k), i.key)
                ),

                -- Every row that was found to be the same account.
                whole AS (
                    SELECT account_id, coalesce(merged_into, account_id) AS stands_as
                    FROM accounts
                    WHERE stands_as IN (
                        SELECT coalesce(a.merged_into, a.account_id)
                        FROM accounts AS a
                        SEMI JOIN meant AS m ON m.account_id = a.account_id
                    )
                ),

                -- A page of an archive that shows no id may be about this one.
                others AS (
                    SELECT c.name
                    FROM called AS c
                    INNER JOIN accounts AS a ON a.account_id = c.account_id AND a.native_id IS NOT NULL
                    WHERE c.name IS NOT NULL AND c.account_id NOT IN (SELECT account_id FROM whole)
                )

                SELECT
                    substr(i.key, length($platform) + 2) AS name,
                    name IN (SELECT name FROM others) AS is_others_now,
                    w.stands_as
                FROM ids AS i
                INNER JOIN whole AS w ON w.account_id = i.id
                WHERE i.kind = 'account' AND starts_with(i.key, $platform || ' ')
                UNION
                -- What others are called, too, says nothing of this one.
                SELECT name, false, NULL
                FROM called
                WHERE name IS NOT NULL
                GROUP BY name
                HAVING bool_and(account_id IN (SELECT account_id FROM whole))
                """,
                params={"platform": platform, "keys": sorted(keys)},
            ).pl()
    except StorageError:
        # An earlier call was interrupted: the names it recorded are added below.
        return set(), set(), []
    others_now = set(found.filter("is_others_now")["name"])
    ids = found.filter(~pl.col("name").str.starts_with("@")).group_by("stands_as").agg(pl.col("name").min())
    return set(found["name"]) - others_now, others_now, sorted(ids["name"])


def _remember(home: Path, platform: str, names: frozenset[str], reason: str) -> tuple[str, ...]:
    with open_state(home) as state:
        state.execute("PRAGMA secure_delete = ON")
        with transaction(state):
            state.executemany(
                "INSERT OR IGNORE INTO suppressions VALUES (?, ?, ?, ?)",
                [(platform, name, reason, now().isoformat()) for name in sorted(names)],
            )
            every = suppressed_accounts(state, platform)
            of_platform = "run IN (SELECT run FROM runs WHERE platform = ?)"
            is_planned = f"{of_platform} AND (target = ? OR ? IN (native_id, '@' || lower(handle)))"
            digests: set[str] = set()
            for name in sorted(every):
                planned = (platform, listed_key(name), name)
                state.execute(
                    "UPDATE corrections SET reason = NULL WHERE platform = ? AND instr(lower(reason), ?)",
                    (platform, name.removeprefix("@")),
                )
                walks = f"SELECT run, walk FROM walks WHERE {of_platform} AND '@' || lower(handle) = ?"
                state.execute(f"DELETE FROM index_rows WHERE (run, walk) IN ({walks})", (platform, name))
                state.execute(f"DELETE FROM walks WHERE (run, walk) IN ({walks})", (platform, name))
                digests |= {
                    str(row["digest"])
                    for row in state.execute(f"SELECT digest FROM targets WHERE {is_planned}", planned)
                }
                state.execute(f"DELETE FROM targets WHERE {is_planned}", planned)
            # Also of pages that were fetched and never read, as when a backfill was killed.
            forget_bodies(home, digests)
        state.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tuple(sorted(every))


def _forget_pages(home: Path, platform: str, targets: Sequence[str]) -> None:
    """Delete archived pages from all plans. Plans do not name their account, because only reading a page shows whose it is."""
    with open_state(home) as state, transaction(state):
        state.executemany(
            "DELETE FROM targets WHERE run IN (SELECT run FROM runs WHERE platform = ?) AND target = ?",
            [(platform, target) for target in targets],
        )


def _batches(home: Path) -> list[Path]:
    """Every batch, including those that a load has set aside as broken."""
    folders = spool.spool_folder(home), spool.archive_folder(home)
    broken = [file for folder in folders for file in sorted(folder.glob("*/*.broken"))]
    return [*spool.waiting_batches(home), *spool.archived_batches(home), *broken]


def _parts(file: Path) -> Iterator[pa.Table]:
    """The rows of a batch, or of many that were merged, some at a time."""
    with _refusing_unread(file), pq.ParquetFile(file) as batch:
        for n in range(batch.num_row_groups):
            table = batch.read_row_group(n)
            table.select([name for name in spool.SCHEMA.names if name not in spool.ADDED_LATER])
            yield table


@contextmanager
def _refusing_unread(file: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, KeyError) as error:
        raise StorageError(
            f"Archive file {file} cannot be read, so the account may still be in it. Restore it from a backup or delete it,"
            " then suppress the account again."
        ) from error


def _meant_in(file: Path, platform: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The outcomes of `names` in a batch, each with its target and capture."""
    for table in _parts(file):
        yield from table.filter(is_meant(table, platform, names)).select(["target", "capture"]).to_pylist()


def _cut_batch(file: Path, platform: str, names: Sequence[str]) -> None:
    """Rewrite a batch without the outcomes of `names`, or delete it if it holds no others."""
    is_cut, left = False, set()
    for table in _parts(file):
        kept = _without(table, platform, names)
        is_cut |= kept is not table
        left |= set(pc.unique(kept["batch_id"]).to_pylist()) if "batch_id" in kept.column_names else set()
    if not is_cut:
        return
    with _refusing_unread(file):
        cut = {
            batch: hashlib.sha256(f"{digest} cut".encode()).hexdigest()
            for batch, digest in batches_in(file).items()
            if batch in left
        }
        schema = pq.read_schema(file)
    with whole_file(file) as aside, _writer(aside, schema, cut) as writer:
        for table in _parts(file):
            if kept := _without(table, platform, names):
                writer.write_table(kept.cast(schema), row_group_size=len(kept))
    if not pq.read_metadata(file).num_rows:
        # A load would call a batch without rows damaged.
        file.unlink()
        sync_folder(file.parent)


def _writer(file: Path, schema: pa.Schema, merged: Mapping[str, str]) -> pq.ParquetWriter:
    """A writer of rows of one batch, or of `merged` ones with their digests."""
    if merged:
        return open_merged(file, with_digests(schema, merged))
    return pq.ParquetWriter(file, schema, compression="zstd")


def _without(table: pa.Table, platform: str, names: Sequence[str]) -> pa.Table:
    """The rows but the outcomes of `names`, and without what they tell of them; the table itself if there is nothing to cut."""
    meant = is_meant(table, platform, names)
    others = table.filter(pc.invert(meant)) if pc.any(meant).as_py() else table
    return forget(others, {platform: frozenset(names)})


def _cut_ids(file: Path, platform: str, names: Sequence[str], pages: set[str]) -> None:
    """Replace the keys of the account and of its captures (`pages`), and keep the numbers, so that none is given twice."""
    with _refusing_unread(file):
        table = pq.read_table(file)
        table.select(["key", "id"])
    word = re.compile(
        "|".join(rf"(?<!\S){re.escape(platform)} {re.escape(listed_key(name))}(?!\S)" for name in names), re.IGNORECASE
    )
    keys = [
        f"suppressed {number}" if key in pages or word.search(key) else key
        for key, number in zip(table["key"].to_pylist(), table["id"].to_pylist(), strict=True)
    ]
    if keys != table["key"].to_pylist():
        _replace(file, table.set_column(table.schema.get_field_index("key"), "key", pa.array(keys)))


def _replace(file: Path, table: pa.Table) -> None:
    with whole_file(file) as aside:
        pq.write_table(table, aside, compression="zstd")
