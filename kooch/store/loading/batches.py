"""Spooled outcomes → outcomes, failures, observations, words, handles and bounds.

Every step works on all batches of a load at once and gives the same tables whatever their order, and however
often a batch comes. There is one exception. The batches that come together decide which account a suppressed handle
means. This matters for batches that a crawl wrote without knowing of the suppression.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from kooch.errors import StorageError
from kooch.store import spool
from kooch.store.compact import batches_in
from kooch.store.forget import forget, without_asked_for
from kooch.store.loading import Steps
from kooch.store.loading.accounts import resolve_accounts
from kooch.store.loading.activity import store_activity
from kooch.store.loading.sightings import forget_unshown_texts, read_off
from kooch.store.rows import as_table
from kooch.store.schema import quoted

_WALKED = pa.schema([(name, pa.string()) for name in ("platform", "handle", "first_day", "last_day", "started_at")])
_INCOMING = pa.schema([*spool.SCHEMA, ("batch_id", pa.string()), ("folder", pa.string())])
_FORGOTTEN_AT_ONCE = 100_000


def store_batches(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[Path, Collection[str]],
    suppressed: Collection[tuple[str, str]],
    *,
    walked: Sequence[Mapping[str, str | None]] = (),
    withdrawn: Collection[str] = (),
) -> bool:
    """Store what `files` hold, except of suppressed (platform, account); True if accounts were merged or have learned their ids.

    Of each file the batches of these ids are read, without the rows of `withdrawn` runs.
    `walked` are the handles for which an archive's whole list is known, as `backfills.walked_handles` gives them. The
    loader says whose a handle was only once all pages that could show it are there. Before the first batch there is
    nothing to store.
    """
    # A check reads the outcomes of these runs, once the load is done.
    connection.execute("CREATE OR REPLACE TEMP TABLE runs_loaded (run_id INTEGER)")
    if not files and not connection.execute("SELECT 1 FROM batches LIMIT 1").fetchall():
        return False
    with Steps(connection) as steps:
        _read(steps, connection, files, withdrawn)
        _forget(steps, connection, suppressed)
        steps.give("walked_handles", as_table([dict(row) for row in walked], _WALKED))
        steps.insert(batches="batches_loaded")
        steps.assign("run", "SELECT run AS key FROM incoming")
        steps.assign("capture", "SELECT platform || ' ' || target AS key FROM incoming WHERE capture IS NOT NULL")
        _store_drift(steps)
        is_changed = resolve_accounts(steps, "names_of_batches")
        steps.insert(ids="holders_first_found", captures="captures_first_read")
        _store_outcomes(steps)
        _store_observations(steps)
        _store_facts(steps)
        store_activity(steps)
        return is_changed


def _store_drift(steps: Steps) -> None:
    steps.replace(
        "drift", "drift_counted", where="(run_id, path, kind) IN (SELECT (run_id, path, kind) FROM drift_counted)"
    )


def _store_outcomes(steps: Steps) -> None:
    steps.write("INSERT INTO runs_loaded SELECT DISTINCT run_id FROM outcomes_arrived")
    # The rows to remove are read before anything is removed.
    steps.write(
        "DELETE FROM observations USING observations_taken_back AS t"
        " WHERE t.run_id = observations.run_id AND t.sighted = coalesce(observations.capture_id, observations.account_id)",
        "DELETE FROM outcomes USING outcomes_replaced AS r"
        " WHERE r.run_id = outcomes.run_id AND r.target_id = outcomes.target"
        " AND r.asked_handle IS NOT DISTINCT FROM outcomes.asked_handle",
        "DELETE FROM failures USING outcomes_replaced AS r"
        " WHERE r.run_id = failures.run_id AND r.target_id = failures.target"
        " AND r.asked_handle IS NOT DISTINCT FROM failures.asked_handle",
        # Sorted targets take a quarter of the space.
        "INSERT INTO outcomes BY NAME SELECT run_id, target_id AS target, asked_handle, outcome FROM outcomes_accepted"
        " ORDER BY run_id, target_id",
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
        "account_bounds",
        "bounds_of_registries",
        where="kind <> 'seen' AND account_id IN (SELECT account_id FROM bounds_of_registries)",
    )
    steps.write(
        "UPDATE accounts SET server = s.server, local_id = coalesce(s.local_id, accounts.local_id),"
        " server_read_at = s.read_at FROM servers_named AS s"
        " WHERE s.account_id = accounts.account_id"
        " AND (accounts.server_read_at IS NULL OR accounts.server_read_at <= s.read_at)",
    )
    steps.replace("account_links", "accounts_named_by_others")


def _forget(steps: Steps, connection: duckdb.DuckDBPyConnection, suppressed: Collection[tuple[str, str]]) -> None:
    """Take everything about suppressed accounts out of `incoming`, a part at a time."""
    if not suppressed:
        return
    asked: dict[str, set[str]] = {}
    for platform, name in suppressed:
        asked.setdefault(platform, set()).add(name)
    given = [{"platform": platform, "name": name} for platform, name in sorted(suppressed)]
    steps.give("suppressed_names", as_table(given))
    # If an account was suppressed before its id was known, it may be asked for by the id. That target stays planned.
    names = {platform: set(accounts) for platform, accounts in asked.items()}
    for of, native_id in steps.rows("SELECT platform, native_id FROM ids_with_suppressed_names"):
        names[str(of)].add(str(native_id))
    # Rows that no transaction has committed yet are numbered from a large number on.
    ((first, end),) = connection.execute(
        "SELECT coalesce(min(rowid), 0), coalesce(max(rowid) + 1, 0) FROM incoming"
    ).fetchall()
    for start in range(first, end, _FORGOTTEN_AT_ONCE):
        part = f"incoming WHERE rowid >= {start} AND rowid < {min(end, start + _FORGOTTEN_AT_ONCE)}"
        table = connection.sql(f"FROM {part}").to_arrow_table().cast(_INCOMING)
        rows_left = table
        for platform, accounts in asked.items():
            rows_left = without_asked_for(rows_left, platform, accounts)
        rows_left = forget(rows_left, names)
        if rows_left is not table:
            connection.execute(f"DELETE FROM {part}")
            connection.register("rows_left", rows_left)
            connection.execute("INSERT INTO incoming BY NAME FROM rows_left")
            connection.unregister("rows_left")


def _read(
    steps: Steps,
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[Path, Collection[str]],
    withdrawn: Collection[str],
) -> None:
    connection.register("no_outcomes", pa.Table.from_batches([], _INCOMING.remove(len(_INCOMING) - 1)))
    batches = "SELECT *, NULL::VARCHAR AS folder FROM no_outcomes"
    if files:
        # By name: a batch of an older Kooch lacks what was added since, and only merged ones are told apart by a column.
        batches = f"""
            SELECT
                * EXCLUDE (filename, batch_id),
                coalesce(batch_id, parse_filename(filename, true)) AS batch_id,
                CASE WHEN batch_id IS NULL THEN parse_filename(parse_dirpath(filename)) ELSE run END AS folder
            FROM (
                SELECT *, NULL::VARCHAR AS filename FROM no_outcomes
                UNION ALL BY NAME
                SELECT * FROM read_parquet([{_listed(map(str, files))}], filename = true, union_by_name = true)
            )
            WHERE {_is_wanted(files, withdrawn)}
        """
    steps.let("incoming", batches)
    connection.unregister("no_outcomes")
    if misfits := steps.rows("SELECT min(batch_id) FROM batches_misfit HAVING count(*) > 0"):
        raise StorageError(f"Batch {misfits[0][0]} holds rows that no crawl writes; it cannot be loaded.")


def _is_wanted(files: Mapping[Path, Collection[str]], withdrawn: Collection[str]) -> str:
    """Which rows of `files` are read, in SQL. If every row is read, nothing is compared."""
    conditions = ["true"]
    if withdrawn:
        conditions.append(f"run NOT IN ({_listed(withdrawn)})")
    for file, batches in files.items():
        if unwanted := batches_in(file).keys() - batches:
            conditions.append(f"(filename <> {quoted(str(file))} OR batch_id NOT IN ({_listed(unwanted)}))")
    return " AND ".join(conditions)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(quoted(text) for text in texts)
