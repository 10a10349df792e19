"""Spooled outcomes → outcomes, failures, observations, words, handles and bounds.

Every step works on all batches of a load at once and gives the same tables whatever their order, and however
often a batch comes. One exception: whom a suppressed handle means is judged by what comes together, which matters for
batches that were written before the suppression by a crawl that had not heard of it.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from kooch.errors import StorageError
from kooch.platforms import leads_to, listed_key, naming
from kooch.store import spool
from kooch.store.loading import Steps
from kooch.store.loading.accounts import resolve_accounts
from kooch.store.loading.sightings import forget_unshown_texts, read_off
from kooch.store.schema import quoted

_WALKED = pa.schema([(name, pa.string()) for name in ("platform", "handle", "first_day", "last_day", "started_at")])


def store_batches(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    suppressed: Collection[tuple[str, str]],
    *,
    walked: Sequence[Mapping[str, str | None]] = (),
) -> bool:
    """Store what `files` hold, except of suppressed (platform, account); True if accounts were merged or have learned their ids.

    `walked` are the handles of which it is known what an archive lists, as `backfills.walked_handles` gives them: whose a
    handle was is said when all that can tell is there.
    """
    with Steps(connection) as steps:
        _read(steps, connection, files)
        _forget(connection, suppressed)
        steps.give("walked_handles", pa.Table.from_pylist([dict(row) for row in walked], _WALKED))
        steps.insert(batches="batches_loaded")
        steps.assign("run", "SELECT run AS key FROM incoming")
        steps.assign("capture", "SELECT platform || ' ' || target AS key FROM incoming WHERE capture IS NOT NULL")
        _store_drift(steps)
        is_changed = resolve_accounts(steps, "names_of_batches")
        steps.insert(ids="holders_first_found", captures="captures_first_read")
        _store_outcomes(steps)
        _store_observations(steps)
        _store_facts(steps)
        return is_changed


def _store_drift(steps: Steps) -> None:
    steps.replace(
        "drift", "drift_counted", where="(run_id, path, kind) IN (SELECT (run_id, path, kind) FROM drift_counted)"
    )


def _store_outcomes(steps: Steps) -> None:
    # What is taken back is read before anything goes.
    steps.write(
        "DELETE FROM observations USING observations_taken_back AS t"
        " WHERE t.run_id = observations.run_id AND t.sighted = coalesce(observations.capture_id, observations.account_id)",
        "DELETE FROM outcomes USING outcomes_replaced AS r"
        " WHERE r.run_id = outcomes.run_id AND r.target_id = outcomes.target",
        "DELETE FROM failures USING outcomes_replaced AS r"
        " WHERE r.run_id = failures.run_id AND r.target_id = failures.target",
        "INSERT INTO outcomes SELECT run_id, target_id, outcome FROM outcomes_accepted",
    )
    steps.insert(failures="failures_arrived")


def _store_observations(steps: Steps) -> None:
    steps.insert(texts="texts_first_read")
    steps.insert(observations="observations_new")
    read_off(steps, "sightings_changed")
    if steps.rows("SELECT 1 FROM observations_taken_back LIMIT 1"):
        forget_unshown_texts(steps)


def _store_facts(steps: Steps) -> None:
    """What registries and servers say of accounts."""
    steps.write(
        "UPDATE accounts SET handles_read_at = h.read_at FROM handle_histories AS h"
        " WHERE h.account_id = accounts.account_id",
        "DELETE FROM handles USING handle_histories AS h"
        " WHERE handles.kind = 'registry' AND handles.account_id = h.account_id",
    )
    steps.insert(handles="handles_registered")
    steps.replace(
        "account_bounds", "bounds_told", where="kind <> 'seen' AND account_id IN (SELECT account_id FROM bounds_told)"
    )
    steps.write(
        "UPDATE accounts SET server = s.server, local_id = coalesce(s.local_id, accounts.local_id),"
        " server_read_at = s.read_at FROM servers_named AS s"
        " WHERE s.account_id = accounts.account_id"
        " AND (accounts.server_read_at IS NULL OR accounts.server_read_at <= s.read_at)",
    )
    steps.replace("account_links", "accounts_named_by_others")


def _forget(connection: duckdb.DuckDBPyConnection, suppressed: Collection[tuple[str, str]]) -> None:
    for platform, account in suppressed:
        connection.execute(
            "DELETE FROM incoming WHERE platform = $1"
            " AND (lower(target) = lower($3) OR (capture IS NOT NULL AND '@' || lower(handle) = $2))",
            [platform, account, listed_key(account)],
        )
        connection.execute(
            "UPDATE incoming SET outcome = 'skipped', cause = 'suppressed', native_id = NULL, profile = NULL,"
            " handles = NULL, bounds = NULL, drift = NULL WHERE platform = $1 AND native_id IN (SELECT $2 UNION ALL"
            # Whoever is called so now: suppressed before its id was known, an account may be asked for by the id.
            " SELECT native_id FROM incoming WHERE platform = $1 GROUP BY native_id HAVING $2 = '@' || lower(arg_max("
            "coalesce(profile.handle, list_filter(handles, lambda h: h.valid_to IS NULL)[1].handle), valid_at)))",
            [platform, account],
        )
        connection.execute(
            "UPDATE incoming SET detail = NULL WHERE platform = $1 AND regexp_matches(detail, $2)",
            [platform, naming(platform, [account])],
        )
    _unname(connection, suppressed)


def _unname(connection: duckdb.DuckDBPyConnection, suppressed: Collection[tuple[str, str]]) -> None:
    """Drop what others say of suppressed accounts: that their profiles link there, have moved there, or are the same."""
    names: dict[str, set[str]] = {}
    for platform, account in suppressed:
        names.setdefault(platform, set()).add(account)
    links = connection.execute("SELECT DISTINCT unnest(profile.links) FROM incoming").fetchall() if names else []
    leading = [link for (link,) in links if any(leads_to(platform, link, names[platform]) for platform in names)]
    if leading:
        connection.execute(
            "UPDATE incoming SET profile = struct_update("
            "profile, links := list_filter(profile.links, lambda link: NOT list_contains($1, link)))"
            " WHERE list_has_any(profile.links, $1)",
            [leading],
        )
    for platform, accounts in names.items():
        others = connection.execute(
            "SELECT DISTINCT unnest(list_append(also_known_as, moved_to)) AS name FROM incoming WHERE platform = $1",
            [platform],
        ).fetchall()
        named = [other for (other,) in others if other and leads_to(platform, other, accounts)]
        if named:
            connection.execute(_UNNAME, [platform, named])


def _read(steps: Steps, connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    connection.register("no_outcomes", spool.SCHEMA.empty_table())
    batches = "SELECT *, NULL::VARCHAR AS batch_id, NULL::VARCHAR AS folder FROM no_outcomes"
    if files:
        # By name: a batch of an older Kooch lacks what was added since.
        batches += (
            " UNION ALL BY NAME SELECT * EXCLUDE (filename), parse_filename(filename, true) AS batch_id,"
            " parse_filename(parse_dirpath(filename)) AS folder"
            f" FROM read_parquet([{', '.join(quoted(str(file)) for file in files)}], filename = true, union_by_name = true)"
        )
    steps.let("incoming", batches)
    connection.unregister("no_outcomes")
    if misfits := steps.rows("SELECT min(batch_id) FROM batches_misfit HAVING count(*) > 0"):
        raise StorageError(f"Batch {misfits[0][0]} holds rows that no crawl writes; it cannot be loaded.")


_UNNAME = """
UPDATE incoming SET
    moved_to = CASE WHEN moved_to NOT IN $2 THEN moved_to END,
    is_named_back = CASE WHEN moved_to NOT IN $2 THEN is_named_back END,
    also_known_as = list_filter(also_known_as, lambda name: NOT list_contains($2, name))
WHERE platform = $1 AND (list_contains($2, moved_to) OR list_has_any(also_known_as, $2))
"""
