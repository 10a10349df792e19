"""Spooled outcomes → outcomes, failures, observations, words, handles and bounds: a list of set-based steps.

Every step works on all batches of a load at once and gives the same tables whatever their order, and however
often a batch comes.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from kooch.store import spool
from kooch.store.identity import assign_ids, resolve_accounts
from kooch.store.schema import quoted


def store_batches(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], suppressed: Iterable[tuple[str, str]]
) -> bool:
    """Store what `files` hold, except of suppressed (platform, account); True if accounts were merged by it."""
    columns = ", ".join(f'"{name}"' for name in spool.SCHEMA.names)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {columns}, parse_filename(filename, true) AS batch_id"
        f" FROM read_parquet([{', '.join(quoted(str(file)) for file in files)}], filename = true)"
    )
    connection.execute("INSERT INTO batches SELECT batch_id, now(), count(*) FROM incoming GROUP BY batch_id")
    for platform, account in suppressed:
        connection.execute("DELETE FROM incoming WHERE platform = ? AND lower(target) = lower(?)", [platform, account])
        connection.execute(
            "UPDATE incoming SET outcome = 'skipped', cause = 'suppressed', native_id = NULL, profile = NULL,"
            " handles = NULL, bounds = NULL, drift = NULL WHERE platform = ? AND native_id = ?",
            [platform, account],
        )
    connection.execute(_ONE_OUTCOME_A_TARGET)
    connection.execute(_TAKEOVERS)
    connection.execute(_KEYS)
    assign_ids(connection, "run", "SELECT DISTINCT run AS key FROM incoming")
    merged = resolve_accounts(connection)
    if merged:
        connection.execute(_MERGE)
    for step in (_ARRIVED, _REPLACE, _OUTCOMES, _WORDS, _OBSERVATIONS, _HANDLES, _BOUNDS, _SERVERS, _DRIFT):
        connection.execute(step)
    return merged


# Of a target fetched twice, because a crash came between, the later outcome counts.
_ONE_OUTCOME_A_TARGET = """
CREATE OR REPLACE TEMP TABLE twice AS
SELECT run, target FROM incoming GROUP BY run, target HAVING count(*) > 1;

DELETE FROM incoming
USING (
    SELECT i.rowid AS id
    FROM incoming AS i
    INNER JOIN twice AS t ON t.run = i.run AND t.target = i.target
    QUALIFY row_number() OVER (PARTITION BY i.run, i.target ORDER BY i.recorded_at DESC, i.batch_id DESC) > 1
) AS earlier
WHERE incoming.rowid = earlier.id
"""

# A handle known to be one account's and answered by another is nobody's observation.
_TAKEOVERS = """
UPDATE incoming SET
    outcome = 'failed',
    cause = 'handle_taken_over',
    detail = 'the handle was that of ' || a.native_id || ' and is answered by ' || incoming.native_id,
    profile = NULL,
    handles = NULL,
    bounds = NULL,
    drift = NULL
FROM ids AS i
INNER JOIN accounts AS a ON a.account_id = i.id
WHERE
    incoming.target LIKE '@%'
    AND incoming.outcome = 'observed'
    AND i.kind = 'account'
    AND i.key = incoming.platform || ' ' || lower(incoming.target)
    AND a.native_id <> incoming.native_id
"""

_KEYS = """
CREATE OR REPLACE TEMP TABLE sightings_of_keys AS
SELECT
    platform,
    CASE WHEN target NOT LIKE '@%' THEN target WHEN outcome = 'observed' THEN native_id END AS native_id,
    CASE WHEN target LIKE '@%' THEN substr(target, 2) END AS handle,
    min(valid_at) AS seen_at
FROM incoming
GROUP BY ALL
"""

# What was known of a row that turns out to be another account goes to that account; its planned outcomes stay.
_MERGE = """
DELETE FROM observations USING accounts AS a, observations AS kept
WHERE
    a.account_id = observations.account_id
    AND kept.account_id = a.merged_into
    AND kept.run_id = observations.run_id;
UPDATE observations SET account_id = a.merged_into
FROM accounts AS a WHERE a.account_id = observations.account_id AND a.merged_into IS NOT NULL;
UPDATE profiles SET account_id = a.merged_into
FROM accounts AS a WHERE a.account_id = profiles.account_id AND a.merged_into IS NOT NULL;
UPDATE handles SET account_id = a.merged_into
FROM accounts AS a WHERE a.account_id = handles.account_id AND a.merged_into IS NOT NULL;
UPDATE account_bounds SET account_id = a.merged_into
FROM accounts AS a WHERE a.account_id = account_bounds.account_id AND a.merged_into IS NOT NULL
"""

_ARRIVED = """
CREATE OR REPLACE TEMP TABLE arrived AS
SELECT
    r.id AS run_id,
    t.id AS target_id,
    a.account_id,
    i.* EXCLUDE (run, target, batch_id, native_id)
FROM incoming AS i
INNER JOIN ids AS r ON r.kind = 'run' AND r.key = i.run
INNER JOIN ids AS t
    ON
        t.kind = 'account'
        AND t.key = i.platform || ' ' || CASE WHEN i.target LIKE '@%' THEN lower(i.target) ELSE i.target END
INNER JOIN account_of AS a ON a.key = t.key;

-- Two targets of one run that are one account are two outcomes and one sighting.
CREATE OR REPLACE TEMP TABLE doubled AS
SELECT run_id, account_id
FROM arrived WHERE outcome = 'observed'
GROUP BY run_id, account_id HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT a.run_id, a.target_id
FROM arrived AS a
SEMI JOIN doubled AS d ON d.run_id = a.run_id AND d.account_id = a.account_id
WHERE a.outcome = 'observed'
QUALIFY row_number() OVER (PARTITION BY a.run_id, a.account_id ORDER BY a.valid_at, a.target_id) > 1
"""

_REPLACE = """
CREATE OR REPLACE TEMP TABLE replaced AS
SELECT o.run_id, o.target, a.account_id
FROM outcomes AS o
INNER JOIN arrived AS a ON a.run_id = o.run_id AND a.target_id = o.target
WHERE o.run_id IN (SELECT DISTINCT run_id FROM arrived);
DELETE FROM outcomes USING replaced AS r WHERE r.run_id = outcomes.run_id AND r.target = outcomes.target;
DELETE FROM failures USING replaced AS r WHERE r.run_id = failures.run_id AND r.target = failures.target;
DELETE FROM observations USING replaced AS r
WHERE r.run_id = observations.run_id AND r.account_id = observations.account_id
"""

_OUTCOMES = """
INSERT INTO outcomes SELECT run_id, target_id, outcome FROM arrived;
INSERT INTO failures
SELECT run_id, platform, target_id, cause, http_status, attempts, recorded_at, detail
FROM arrived WHERE outcome <> 'observed'
"""

# Words are kept where they change. To place what arrives late, the words in force at every sighting are laid out again.
_WORDS = """
CREATE OR REPLACE TEMP TABLE spoken AS
SELECT account_id, min(valid_at) AS first_at FROM arrived WHERE profile IS NOT NULL GROUP BY account_id;

CREATE OR REPLACE TEMP TABLE late AS
SELECT s.account_id
FROM spoken AS s
INNER JOIN observations AS o ON o.account_id = s.account_id
GROUP BY s.account_id, s.first_at
HAVING max(o.valid_at) >= s.first_at;

CREATE OR REPLACE TEMP TABLE words AS
SELECT account_id, valid_at AS valid_from, profile, true AS is_new
FROM arrived WHERE profile IS NOT NULL
UNION ALL
SELECT
    p.account_id,
    max(p.valid_from),
    arg_max({
        'handle': p.handle,
        'display_name': p.display_name,
        'bio': p.bio,
        'links': p.links,
        'verified': p.verified,
        'avatar_url': p.avatar_url
    }, p.valid_from),
    false
FROM profiles AS p
SEMI JOIN spoken AS s ON s.account_id = p.account_id
ANTI JOIN late AS l ON l.account_id = p.account_id
GROUP BY p.account_id
UNION ALL
SELECT
    o.account_id,
    o.valid_at,
    {
        'handle': p.handle,
        'display_name': p.display_name,
        'bio': p.bio,
        'links': p.links,
        'verified': p.verified,
        'avatar_url': p.avatar_url
    },
    true
FROM (SELECT o.account_id, o.valid_at FROM observations AS o SEMI JOIN late AS l ON l.account_id = o.account_id) AS o
ASOF JOIN profiles AS p ON p.account_id = o.account_id AND p.valid_from <= o.valid_at;

DELETE FROM profiles USING late AS l WHERE l.account_id = profiles.account_id;

INSERT INTO profiles
SELECT account_id, valid_from, profile.*
FROM (
    SELECT
        account_id,
        valid_from,
        profile,
        is_new,
        lag(hash(profile)) OVER (PARTITION BY account_id ORDER BY valid_from) IS NOT DISTINCT FROM hash(profile)
            AS is_unchanged
    FROM words
)
WHERE is_new AND NOT is_unchanged
"""

_OBSERVATIONS = """
INSERT INTO observations
SELECT
    a.account_id,
    a.valid_at,
    a.recorded_at,
    a.run_id,
    a.status,
    a.followers,
    a.following,
    a.posts,
    a.followers_precision,
    a.last_post_at,
    NULL,
    NULL
FROM arrived AS a
ANTI JOIN repeated AS r ON r.run_id = a.run_id AND r.target_id = a.target_id
WHERE a.outcome = 'observed'
"""

_HANDLES = """
-- The registry tells the whole history each time: the latest telling counts.
CREATE OR REPLACE TEMP TABLE told AS
SELECT account_id, arg_max(handles, valid_at) AS spans
FROM arrived WHERE len(handles) > 0
GROUP BY account_id;
DELETE FROM handles USING told AS t WHERE handles.kind = 'registry' AND handles.account_id = t.account_id;
INSERT INTO handles
SELECT account_id, span.handle, span.valid_from, span.valid_to, 'registry'
FROM (SELECT account_id, unnest(spans) AS span FROM told);

-- What was seen is read off the words.
DELETE FROM handles USING spoken AS s WHERE handles.kind = 'seen' AND handles.account_id = s.account_id;
INSERT INTO handles
SELECT account_id, handle, valid_from, lead(valid_from) OVER (PARTITION BY account_id ORDER BY valid_from), 'seen'
FROM (
    SELECT
        p.account_id,
        p.handle,
        p.valid_from,
        lag(p.handle) OVER (PARTITION BY p.account_id ORDER BY p.valid_from) IS NOT DISTINCT FROM p.handle
            AS is_unchanged
    FROM profiles AS p
    SEMI JOIN spoken AS s ON s.account_id = p.account_id
)
WHERE NOT is_unchanged
"""

_BOUNDS = """
INSERT INTO account_bounds
SELECT b.account_id, b.event, b.not_before, b.before, b.kind, min(b.run_id), min(b.known_at)
FROM (
    SELECT account_id, bound.event, bound.not_before, bound.before, bound.kind, run_id, recorded_at AS known_at
    FROM (SELECT account_id, unnest(bounds) AS bound, run_id, recorded_at FROM arrived WHERE len(bounds) > 0)
) AS b
ANTI JOIN account_bounds AS known
    ON
        known.account_id = b.account_id
        AND known.event = b.event
        AND known.kind = b.kind
        AND known.not_before IS NOT DISTINCT FROM b.not_before
        AND known.before IS NOT DISTINCT FROM b.before
GROUP BY ALL;

-- Seen active: there by then. Only the earliest sighting says anything.
CREATE OR REPLACE TEMP TABLE sighted AS
SELECT
    a.account_id,
    min(a.valid_at) AS seen_at,
    arg_min(a.run_id, (a.valid_at, a.run_id)) AS run_id,
    arg_min(a.recorded_at, (a.valid_at, a.run_id)) AS known_at
FROM arrived AS a
ANTI JOIN account_bounds AS k
    ON k.account_id = a.account_id AND k.kind = 'seen' AND k.before <= a.valid_at + INTERVAL 1 MICROSECOND
WHERE a.outcome = 'observed' AND a.status = 'active'
GROUP BY a.account_id;
DELETE FROM account_bounds USING sighted AS s
WHERE account_bounds.kind = 'seen' AND account_bounds.account_id = s.account_id;
INSERT INTO account_bounds
SELECT account_id, 'joined', NULL, seen_at + INTERVAL 1 MICROSECOND, 'seen', run_id, known_at FROM sighted
"""

_SERVERS = """
UPDATE accounts SET server = s.server
FROM (
    SELECT account_id, arg_max(server, valid_at) AS server
    FROM arrived WHERE server IS NOT NULL
    GROUP BY account_id
) AS s
WHERE s.account_id = accounts.account_id AND s.server IS DISTINCT FROM accounts.server
"""

_DRIFT = """
CREATE OR REPLACE TEMP TABLE drifted AS
SELECT run_id, platform, field.path, field.kind, count(*) AS n
FROM (SELECT run_id, platform, unnest(drift) AS field FROM arrived WHERE len(drift) > 0)
GROUP BY ALL;
UPDATE drifted SET n = drifted.n + d.n
FROM drift AS d WHERE d.run_id = drifted.run_id AND d.path = drifted.path AND d.kind = drifted.kind;
DELETE FROM drift USING drifted AS f WHERE f.run_id = drift.run_id AND f.path = drift.path AND f.kind = drift.kind;
INSERT INTO drift SELECT run_id, platform, path, kind, n FROM drifted
"""
