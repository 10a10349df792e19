"""Which account is whose number: natural keys get integers once, and keep them through renames, merges and rebuilds.

The natural key of an account is `platform native-id`, or `platform @handle` (case-folded) until the id is known.
A handle-only account that turns out to have a known id is merged into that account; the row stays as a pointer.
"""

import duckdb

from kooch.store.schema import quoted


def assign_ids(connection: duckdb.DuckDBPyConnection, kind: str, keys: str) -> None:
    """Give every key of the query `keys` (one column `key`) that has none the next integers of `kind`, in key order."""
    connection.execute(
        f"""
        INSERT INTO ids
        SELECT {quoted(kind)}, n.key, m.top + row_number() OVER (ORDER BY n.key)
        FROM (SELECT DISTINCT key FROM ({keys})) AS n
        CROSS JOIN (SELECT coalesce(max(id), 0) AS top FROM ids WHERE kind = {quoted(kind)}) AS m
        ANTI JOIN (SELECT key FROM ids WHERE kind = {quoted(kind)}) AS known ON known.key = n.key
        """
    )


def resolve_accounts(connection: duckdb.DuckDBPyConnection) -> bool:
    """Give every pair in the temporary table `sightings_of_keys` an account; True if one was merged or has learned its id.

    Its columns: platform, native_id (NULL: unknown), handle (NULL: not asked by handle), seen_at. Afterwards the
    temporary view `account_of` (key, account_id) leads from every natural key to its account, merges followed, and the
    temporary table `newly_merged` (handle_only, merged_into) holds all merges of this connection.
    """
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE pairs AS
        SELECT
            platform,
            native_id,
            platform || ' ' || native_id AS native_key,
            platform || ' @' || lower(handle) AS handle_key,
            min(seen_at) AS seen_at
        FROM sightings_of_keys
        GROUP BY ALL
        """
    )
    # A handle-only account learns its id: from the earliest answer, should two claim the handle.
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE learned AS
        SELECT arg_min(p.native_key, (p.seen_at, p.native_key)) AS native_key, h.id AS account_id
        FROM pairs AS p
        INNER JOIN ids AS h ON h.kind = 'account' AND h.key = p.handle_key
        INNER JOIN accounts AS a ON a.account_id = h.id AND a.native_id IS NULL AND a.merged_into IS NULL
        ANTI JOIN ids AS n ON n.kind = 'account' AND n.key = p.native_key
        WHERE p.native_key IS NOT NULL
        GROUP BY h.id;
        INSERT INTO ids
        SELECT 'account', native_key, min(account_id) FROM learned GROUP BY native_key;
        UPDATE accounts SET native_id = known.native_id
        FROM (
            SELECT i.id, any_value(p.native_id) AS native_id
            FROM pairs AS p
            INNER JOIN ids AS i ON i.kind = 'account' AND i.key = p.native_key
            GROUP BY i.id
        ) AS known
        WHERE known.id = accounts.account_id AND accounts.native_id IS NULL
        """
    )
    assign_ids(connection, "account", "SELECT native_key AS key FROM pairs WHERE native_key IS NOT NULL")
    # A new handle beside a known id is that account; a handle alone becomes an account of its own.
    connection.execute(
        """
        INSERT INTO ids
        SELECT 'account', p.handle_key, arg_min(n.id, (p.seen_at, n.id))
        FROM pairs AS p
        INNER JOIN ids AS n ON n.kind = 'account' AND n.key = p.native_key
        ANTI JOIN ids AS h ON h.kind = 'account' AND h.key = p.handle_key
        WHERE p.handle_key IS NOT NULL
        GROUP BY p.handle_key
        """
    )
    assign_ids(connection, "account", "SELECT handle_key AS key FROM pairs WHERE handle_key IS NOT NULL")
    connection.execute(
        """
        INSERT INTO accounts (account_id, platform, native_id)
        SELECT i.id, any_value(k.platform), any_value(k.native_id)
        FROM (
            SELECT platform, native_key AS key, native_id FROM pairs WHERE native_key IS NOT NULL
            UNION
            SELECT platform, handle_key, NULL FROM pairs WHERE handle_key IS NOT NULL
        ) AS k
        INNER JOIN ids AS i ON i.kind = 'account' AND i.key = k.key
        ANTI JOIN accounts AS a ON a.account_id = i.id
        GROUP BY i.id
        """
    )
    connection.execute(
        """
        CREATE TEMP TABLE IF NOT EXISTS newly_merged (handle_only INTEGER, merged_into INTEGER);
        -- A table of its own: DuckDB joins `ids` to `ids` first where it is one query, which takes gigabytes.
        CREATE OR REPLACE TEMP TABLE known_by_handle AS
        SELECT p.native_key, h.id
        FROM pairs AS p
        INNER JOIN ids AS h ON h.kind = 'account' AND h.key = p.handle_key
        INNER JOIN accounts AS a ON a.account_id = h.id AND a.native_id IS NULL AND a.merged_into IS NULL
        WHERE p.native_key IS NOT NULL;
        CREATE OR REPLACE TEMP TABLE merging AS
        SELECT h.id AS handle_only, min(n.id) AS merged_into
        FROM known_by_handle AS h
        INNER JOIN ids AS n ON n.kind = 'account' AND n.key = h.native_key
        WHERE h.id <> n.id
        GROUP BY h.id;
        INSERT INTO newly_merged SELECT handle_only, merged_into FROM merging;
        UPDATE accounts SET merged_into = m.merged_into
        FROM merging AS m WHERE m.handle_only = accounts.account_id
        """
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP VIEW account_of AS
        SELECT i.key, coalesce(a.merged_into, a.account_id) AS account_id
        FROM ids AS i
        INNER JOIN accounts AS a ON a.account_id = i.id
        WHERE i.kind = 'account'
        """
    )
    changed = "SELECT 1 FROM merging UNION ALL SELECT 1 FROM learned LIMIT 1"
    return bool(connection.execute(changed).fetchall())
