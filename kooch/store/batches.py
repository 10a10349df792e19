"""Spooled outcomes → outcomes, failures, observations, words, handles and bounds: a list of set-based steps.

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
from kooch.store.identity import assign_ids, resolve_accounts
from kooch.store.listed import drop_kept_out
from kooch.store.schema import quoted


def store_batches(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    suppressed: Collection[tuple[str, str]],
    *,
    walked: Sequence[Mapping[str, str | None]] = (),
) -> bool:
    """Store what `files` hold, except of suppressed (platform, account); True if accounts were merged or have learned their ids.

    `walked` are the handles of which it is known what an archive lists, as `backfills.walked_handles` gives them: whose a
    handle was is said when all that can tell is there. Follows all merges of this load, those that rosters brought about before included.
    """
    _read(connection, files)
    connection.execute("INSERT INTO batches SELECT batch_id, now(), count(*) FROM incoming GROUP BY batch_id")
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
    assign_ids(connection, "run", "SELECT DISTINCT run AS key FROM incoming")
    assign_ids(connection, "capture", "SELECT platform || ' ' || target AS key FROM incoming WHERE capture IS NOT NULL")
    connection.register("walked_handles", pa.Table.from_pylist([dict(row) for row in walked], _WALKED))
    connection.execute(_WALKS)
    connection.unregister("walked_handles")
    for step in (_DRIFT, _ACCOUNT_KEYS, _WORD_OF_REGISTRIES, _ONE_OUTCOME_A_TARGET, _TAKEOVERS, _KEYS, _HELD_HANDLES):
        connection.execute(step)
    merged = resolve_accounts(connection)
    for step in (
        _REMEMBER_HOLDERS,
        _CAPTURES,
        _MERGE,
        _ARRIVED,
        _REPLACE,
        _REPEATED,
        _READ_AGAIN,
        _OUTCOMES,
        _WORDS,
        _OBSERVATIONS,
        _HANDLES,
        _BOUNDS,
        _SERVERS,
        _ACCOUNT_LINKS,
    ):
        connection.execute(step)
    connection.execute(_KEPT_OUT)
    drop_kept_out(connection)
    return merged


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


def _read(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    connection.register("no_outcomes", spool.SCHEMA.empty_table())
    columns = ", ".join(f'"{name}"' for name in spool.SCHEMA.names)
    batches = f"SELECT {columns}, NULL::VARCHAR AS batch_id, NULL::VARCHAR AS folder FROM no_outcomes"
    if files:
        batches = (
            f"SELECT {columns}, parse_filename(filename, true) AS batch_id,"
            " parse_filename(parse_dirpath(filename)) AS folder"
            f" FROM read_parquet([{', '.join(quoted(str(file)) for file in files)}], filename = true)"
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS {batches}")
    connection.unregister("no_outcomes")
    if misfits := connection.execute(_MISFITS).fetchall():
        raise StorageError(f"Batch {misfits[0][0]} holds rows that no crawl writes; it cannot be loaded.")


_MISFITS = """
SELECT batch_id
FROM incoming
WHERE
    run IS DISTINCT FROM folder
    OR platform IS NULL
    OR target IS NULL
    OR outcome IS NULL
    OR valid_at IS NULL
    OR recorded_at IS NULL
    OR (outcome = 'observed') <> (status IS NOT NULL)
ORDER BY batch_id
LIMIT 1
"""

# Under which natural key an answer is stored. A live target is its account. An archived page is the account whose id it
# shows; without an id, nobody's but its own handle with the date of opening, or with name and year: two people may have
# held the handle. That the platform has ended, a page says of whoever was looked up.
_ACCOUNT_KEYS = """
ALTER TABLE incoming ADD COLUMN account_key VARCHAR;
UPDATE incoming SET account_key = platform || ' ' || CASE
    WHEN capture IS NULL AND target LIKE '@%' THEN lower(target)
    WHEN capture IS NULL THEN target
    WHEN native_id IS NOT NULL THEN native_id
    WHEN profile IS NULL THEN '@' || lower(handle)
    ELSE '@~' || lower(concat_ws(' ', profile.handle, coalesce(
        bounds[1].not_before::VARCHAR, profile.display_name || ' ' || year(valid_at), target
    )))
END
WHERE capture IS NULL OR outcome = 'observed'
"""

# What a registry or server says of an account stays said, also when the answer is fetched again.
_WORD_OF_REGISTRIES = """
CREATE OR REPLACE TEMP TABLE said AS
SELECT
    run,
    coalesce(platform || ' ' || native_id, account_key) AS key,
    valid_at,
    recorded_at,
    server,
    handles,
    bounds,
    moved_to,
    is_named_back,
    also_known_as
FROM incoming
WHERE
    outcome = 'observed'
    AND (server IS NOT NULL OR len(handles) > 0 OR len(bounds) > 0 OR moved_to IS NOT NULL OR len(also_known_as) > 0)
"""

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

# A handle known to be one account's and answered by another is nobody's observation. Of several accounts that answer
# to a handle nobody knew, it is that of the earliest.
_TAKEOVERS = """
CREATE OR REPLACE TEMP TABLE owners AS
SELECT
    w.platform,
    w.handle,
    coalesce(any_value(coalesce(m.native_id, a.native_id)), arg_min(w.native_id, (w.valid_at, w.native_id))) AS native_id
FROM (
    SELECT platform, lower(target) AS handle, native_id, valid_at
    FROM incoming
    WHERE target LIKE '@%' AND outcome = 'observed' AND native_id IS NOT NULL
) AS w
LEFT JOIN ids AS i ON i.kind = 'account' AND i.key = w.platform || ' ' || w.handle
LEFT JOIN accounts AS a ON a.account_id = i.id
LEFT JOIN accounts AS m ON m.account_id = a.merged_into
GROUP BY w.platform, w.handle;

UPDATE incoming SET
    outcome = 'failed',
    cause = 'handle_taken_over',
    detail = 'the handle was that of ' || o.native_id || ' and is answered by ' || incoming.native_id,
    attempts = 1,
    profile = NULL
FROM owners AS o
WHERE
    incoming.target LIKE '@%'
    AND incoming.outcome = 'observed'
    AND o.platform = incoming.platform
    AND o.handle = lower(incoming.target)
    AND o.native_id <> incoming.native_id
"""

_KEYS = """
CREATE OR REPLACE TEMP TABLE sightings_of_keys AS
SELECT
    platform,
    CASE WHEN capture IS NULL AND target NOT LIKE '@%' THEN target WHEN outcome = 'observed' THEN native_id END
        AS native_id,
    CASE WHEN starts_with(account_key, platform || ' @') THEN substr(account_key, length(platform) + 3) END AS handle,
    min(valid_at) AS seen_at
FROM incoming
WHERE account_key IS NOT NULL
GROUP BY ALL
"""

_WALKED = pa.schema([(name, pa.string()) for name in ("platform", "handle", "first_day", "last_day", "started_at")])

_WALKS = """
CREATE OR REPLACE TEMP TABLE walked AS
SELECT
    platform,
    handle,
    coalesce(first_day::TIMESTAMPTZ, '-infinity') AS from_at,
    (last_day::DATE + 1)::TIMESTAMPTZ AS until_at,
    started_at::TIMESTAMPTZ AS started_at
FROM walked_handles
"""

# Whose a listed handle was, where only archived pages can tell: of the account that held it last before the list and
# first after it; where the archive has pages on one side only, of the account seen with it within a month of the list.
# Either is said only where what lies between was looked for: else pages that come later would tell otherwise. Of a handle
# on several lists, the latest must tell, and no other may tell otherwise. What was found is remembered with the numbers.
_HELD_HANDLES = """
CREATE OR REPLACE TEMP TABLE shown AS
SELECT platform, lower(profile.handle) AS handle, native_id, valid_at
FROM incoming
WHERE capture IS NOT NULL AND outcome = 'observed' AND native_id IS NOT NULL
UNION ALL
SELECT a.platform, lower(p.handle), a.native_id, o.valid_at
FROM observations AS o
INNER JOIN accounts AS a ON a.account_id = o.account_id AND a.native_id IS NOT NULL
ASOF JOIN profiles AS p ON p.account_id = o.account_id AND p.valid_from <= o.valid_at
WHERE o.capture_id IS NOT NULL;

CREATE OR REPLACE TEMP TABLE undecided AS
SELECT a.platform, substr(i.key, length(a.platform) + 3) AS handle, s.published_at::TIMESTAMPTZ AS listed_at
FROM accounts AS a
INNER JOIN claims AS c ON c.account_id = a.account_id
INNER JOIN sources AS s ON s.source_id = c.source_id
INNER JOIN ids AS i ON i.kind = 'account' AND i.id = a.account_id AND starts_with(i.key, a.platform || ' @')
WHERE a.native_id IS NULL AND a.merged_into IS NULL
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE known AS
SELECT
    u.*,
    coalesce(min(w.from_at) FILTER (WHERE coalesce(w.until_at, w.started_at) >= u.listed_at), 'infinity') AS from_at,
    coalesce(max(CASE
        WHEN w.until_at IS NOT NULL THEN w.until_at
        WHEN w.started_at >= u.listed_at + INTERVAL 31 DAYS THEN 'infinity'
        ELSE w.started_at
    END) FILTER (WHERE w.from_at <= u.listed_at), '-infinity') AS until_at
FROM undecided AS u
LEFT JOIN walked AS w ON w.platform = u.platform AND w.handle = u.handle
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE held AS
SELECT platform, handle, any_value(native_id) AS native_id, max(listed_at) AS listed_at
FROM (
    SELECT
        l.platform,
        l.handle,
        l.listed_at,
        arg_max(s.native_id, (s.valid_at, s.native_id)) FILTER (WHERE s.valid_at < l.listed_at) AS id_before,
        arg_min(s.native_id, (s.valid_at, s.native_id)) FILTER (WHERE s.valid_at >= l.listed_at) AS id_after,
        max(s.valid_at) FILTER (WHERE s.valid_at < l.listed_at) AS before_at,
        min(s.valid_at) FILTER (WHERE s.valid_at >= l.listed_at) AS after_at,
        CASE
            WHEN before_at < l.from_at OR after_at >= l.until_at THEN NULL
            WHEN id_before = id_after THEN id_after
            WHEN before_at IS NULL AND l.from_at = '-infinity' AND after_at - l.listed_at <= INTERVAL 31 DAYS THEN id_after
            WHEN after_at IS NULL AND l.until_at = 'infinity' AND l.listed_at - before_at <= INTERVAL 31 DAYS THEN id_before
        END AS native_id
    FROM known AS l
    INNER JOIN shown AS s ON s.platform = l.platform AND s.handle = l.handle
    -- Made anew, the store meets what the platform itself has answered together with what the archive shows.
    ANTI JOIN (SELECT platform, handle FROM sightings_of_keys WHERE native_id IS NOT NULL) AS k
        ON k.platform = l.platform AND k.handle = l.handle
    GROUP BY l.platform, l.handle, l.listed_at, l.from_at, l.until_at
)
GROUP BY platform, handle
HAVING count(DISTINCT native_id) = 1 AND max(listed_at) = max(listed_at) FILTER (WHERE native_id IS NOT NULL);

INSERT INTO sightings_of_keys
SELECT u.platform, substr(n.key, length(u.platform) + 2), u.handle, max(u.listed_at)
FROM undecided AS u
INNER JOIN ids AS k ON k.kind = 'holder' AND k.key = u.platform || ' @' || u.handle
INNER JOIN ids AS n ON n.kind = 'account' AND n.id = k.id AND starts_with(n.key, u.platform || ' ')
WHERE NOT starts_with(n.key, u.platform || ' @')
GROUP BY ALL
UNION ALL
SELECT platform, native_id, handle, listed_at
FROM held
ANTI JOIN ids AS k ON k.kind = 'holder' AND k.key = platform || ' @' || handle
"""

_REMEMBER_HOLDERS = """
INSERT INTO ids
SELECT 'holder', h.platform || ' @' || h.handle, n.id
FROM held AS h
INNER JOIN ids AS n ON n.kind = 'account' AND n.key = h.platform || ' ' || h.native_id
ANTI JOIN ids AS k ON k.kind = 'holder' AND k.key = h.platform || ' @' || h.handle
"""

_CAPTURES = """
INSERT INTO captures
SELECT i.id, n.capture.url, n.capture.captured_at, n.capture.digest
FROM incoming AS n
INNER JOIN ids AS i ON i.kind = 'capture' AND i.key = n.platform || ' ' || n.target
ANTI JOIN captures AS c ON c.capture_id = i.id
WHERE n.capture IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY i.id ORDER BY n.recorded_at) = 1
"""

# What was known of a row that turns out to be another account goes to that account; its planned outcomes stay.
_MERGE = """
DELETE FROM observations USING newly_merged AS m, observations AS kept
WHERE
    m.handle_only = observations.account_id
    AND kept.account_id = m.merged_into
    AND kept.run_id = observations.run_id
    AND kept.capture_id IS NULL;
UPDATE observations SET account_id = m.merged_into
FROM newly_merged AS m WHERE m.handle_only = observations.account_id;
UPDATE profiles SET account_id = m.merged_into
FROM newly_merged AS m WHERE m.handle_only = profiles.account_id;
UPDATE handles SET account_id = m.merged_into
FROM newly_merged AS m WHERE m.handle_only = handles.account_id;
UPDATE account_bounds SET account_id = m.merged_into
FROM newly_merged AS m WHERE m.handle_only = account_bounds.account_id
"""

# Words are long and seldom change: their hash stands for them, and `row` leads back to them.
_ARRIVED = """
CREATE OR REPLACE TEMP TABLE arrived AS
SELECT
    r.id AS run_id,
    t.id AS target_id,
    a.account_id,
    CASE WHEN i.capture IS NOT NULL THEN t.id END AS capture_id,
    -- What an observation of a run goes by: one a capture, or one an account.
    coalesce(capture_id, a.account_id) AS sighted,
    i.rowid AS row,
    CASE WHEN i.profile IS NOT NULL THEN hash(i.profile) END AS words,
    i.* EXCLUDE (
        run, target, batch_id, folder, handle, capture, account_key, native_id, server, profile, handles, bounds, drift
    )
FROM incoming AS i
INNER JOIN ids AS r ON r.kind = 'run' AND r.key = i.run
INNER JOIN ids AS t
    ON
        t.kind = CASE WHEN i.capture IS NULL THEN 'account' ELSE 'capture' END
        AND t.key = CASE WHEN i.capture IS NULL THEN i.account_key ELSE i.platform || ' ' || i.target END
LEFT JOIN account_of AS a ON a.key = i.account_key;

CREATE OR REPLACE TEMP TABLE facts AS
SELECT r.id AS run_id, a.account_id, s.* EXCLUDE (run, key)
FROM said AS s
INNER JOIN ids AS r ON r.kind = 'run' AND r.key = s.run
INNER JOIN account_of AS a ON a.key = s.key
"""

_REPLACE = """
CREATE OR REPLACE TEMP TABLE again AS
SELECT o.run_id, o.target, o.outcome, coalesce(a.capture_id, t.merged_into, t.account_id) AS sighted
FROM outcomes AS o
INNER JOIN arrived AS a ON a.run_id = o.run_id AND a.target_id = o.target
LEFT JOIN accounts AS t ON t.account_id = o.target;

-- An answer that comes late, and older than the one that is stored, changes nothing.
DELETE FROM arrived
USING again AS o
LEFT JOIN failures AS f ON f.run_id = o.run_id AND f.target = o.target
LEFT JOIN observations AS b ON b.run_id = o.run_id AND coalesce(b.capture_id, b.account_id) = o.sighted
WHERE
    o.run_id = arrived.run_id
    AND o.target = arrived.target_id
    AND arrived.recorded_at < CASE o.outcome WHEN 'observed' THEN b.recorded_at ELSE f.failed_at END;

CREATE OR REPLACE TEMP TABLE replaced AS
SELECT o.run_id, o.target, o.sighted, coalesce(b.account_id, a.account_id) AS account_id
FROM again AS o
INNER JOIN arrived AS a ON a.run_id = o.run_id AND a.target_id = o.target
LEFT JOIN observations AS b ON b.run_id = o.run_id AND coalesce(b.capture_id, b.account_id) = o.sighted;
DELETE FROM outcomes USING replaced AS r WHERE r.run_id = outcomes.run_id AND r.target = outcomes.target;
DELETE FROM failures USING replaced AS r WHERE r.run_id = failures.run_id AND r.target = failures.target;
DELETE FROM observations USING replaced AS r
WHERE r.run_id = observations.run_id AND r.sighted = coalesce(observations.capture_id, observations.account_id)
"""

# Two targets of one run that are one account are two outcomes and one sighting: the earlier.
_REPEATED = """
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT a.run_id, a.target_id
FROM arrived AS a
SEMI JOIN (
    SELECT run_id, account_id
    FROM arrived WHERE outcome = 'observed' AND capture_id IS NULL
    GROUP BY run_id, account_id HAVING count(*) > 1
) AS d ON d.run_id = a.run_id AND d.account_id = a.account_id
WHERE a.outcome = 'observed' AND a.capture_id IS NULL
QUALIFY row_number() OVER (PARTITION BY a.run_id, a.account_id ORDER BY a.valid_at, a.target_id) > 1;

CREATE OR REPLACE TEMP TABLE met AS
SELECT a.run_id, a.target_id, a.account_id, a.valid_at < o.valid_at AS is_earlier
FROM arrived AS a
INNER JOIN observations AS o ON o.run_id = a.run_id AND o.account_id = a.account_id
WHERE a.outcome = 'observed' AND a.capture_id IS NULL;
INSERT INTO repeated SELECT run_id, target_id FROM met WHERE NOT is_earlier;
UPDATE arrived SET words = NULL
FROM repeated AS r WHERE r.run_id = arrived.run_id AND r.target_id = arrived.target_id;
DELETE FROM observations USING met AS m
WHERE m.is_earlier AND m.run_id = observations.run_id AND m.account_id = observations.account_id
"""

# A capture that several runs have read is an outcome of each and one sighting: as it was read last.
_READ_AGAIN = """
CREATE OR REPLACE TEMP TABLE outdated AS
SELECT run_id, capture_id, account_id
FROM (
    SELECT run_id, capture_id, account_id, recorded_at
    FROM arrived WHERE outcome = 'observed' AND capture_id IS NOT NULL
    UNION ALL
    SELECT o.run_id, o.capture_id, o.account_id, o.recorded_at
    FROM observations AS o
    SEMI JOIN arrived AS a ON a.capture_id = o.capture_id AND a.outcome = 'observed'
)
QUALIFY row_number() OVER (PARTITION BY capture_id ORDER BY recorded_at DESC, run_id DESC) > 1;
INSERT INTO repeated SELECT run_id, capture_id FROM outdated;
UPDATE arrived SET words = NULL
FROM outdated AS o WHERE o.run_id = arrived.run_id AND o.capture_id = arrived.capture_id;
DELETE FROM observations USING outdated AS o
WHERE o.run_id = observations.run_id AND o.capture_id = observations.capture_id
"""

_OUTCOMES = """
INSERT INTO outcomes SELECT run_id, target_id, outcome FROM arrived;
INSERT INTO failures
SELECT run_id, platform, target_id, cause, http_status, attempts, recorded_at, detail
FROM arrived WHERE outcome <> 'observed'
"""

# Words are kept where they change. Where something arrives late, or is taken back, the words that were in force at
# every sighting are laid out again.
_WORDS = """
CREATE OR REPLACE TEMP TABLE told AS
SELECT account_id, min(valid_at) AS first_at FROM arrived WHERE words IS NOT NULL GROUP BY account_id;

CREATE OR REPLACE TEMP TABLE changed AS
SELECT account_id FROM replaced
UNION
SELECT account_id FROM met WHERE is_earlier
UNION
SELECT account_id FROM outdated
UNION
SELECT merged_into FROM newly_merged;

CREATE OR REPLACE TEMP TABLE unsettled AS
SELECT account_id FROM changed
UNION
SELECT t.account_id
FROM told AS t
INNER JOIN (
    SELECT o.account_id, max(o.valid_at) AS last_at
    FROM observations AS o
    SEMI JOIN told AS t ON t.account_id = o.account_id
    WHERE o.has_profile
    GROUP BY o.account_id
) AS o ON o.account_id = t.account_id AND o.last_at >= t.first_at;

CREATE OR REPLACE TEMP TABLE spoken AS SELECT account_id FROM told UNION SELECT account_id FROM unsettled;

CREATE OR REPLACE TEMP TABLE kept AS
SELECT
    p.account_id,
    p.valid_from,
    {
        'handle': p.handle,
        'display_name': p.display_name,
        'bio': p.bio,
        'links': p.links,
        'verified': p.verified,
        'avatar_url': p.avatar_url
    } AS profile
FROM profiles AS p
SEMI JOIN (
    SELECT account_id, max(valid_from) AS valid_from
    FROM profiles
    WHERE account_id IN (SELECT account_id FROM told) AND account_id NOT IN (SELECT account_id FROM unsettled)
    GROUP BY account_id
    UNION ALL
    SELECT p.account_id, p.valid_from
    FROM profiles AS p
    SEMI JOIN unsettled AS u ON u.account_id = p.account_id
) AS w ON w.account_id = p.account_id AND w.valid_from = p.valid_from;

CREATE OR REPLACE TEMP TABLE laid_out AS
SELECT account_id, valid_from, row, kept_from
FROM (
    SELECT
        *,
        lag(words) OVER (PARTITION BY account_id ORDER BY valid_from) IS NOT DISTINCT FROM words AS is_unchanged
    FROM (
        SELECT account_id, valid_at AS valid_from, words, row, NULL::TIMESTAMPTZ AS kept_from, true AS is_new
        FROM arrived WHERE words IS NOT NULL
        UNION ALL
        SELECT k.account_id, k.valid_from, hash(k.profile), NULL, NULL, false
        FROM kept AS k
        ANTI JOIN unsettled AS u ON u.account_id = k.account_id
        UNION ALL
        SELECT o.account_id, o.valid_at, hash(k.profile), NULL, k.valid_from, true
        FROM (
            SELECT account_id, valid_at
            FROM observations AS o
            SEMI JOIN unsettled AS u ON u.account_id = o.account_id
            WHERE o.has_profile
        ) AS o
        ASOF JOIN kept AS k ON k.account_id = o.account_id AND k.valid_from <= o.valid_at
    )
)
WHERE is_new AND NOT is_unchanged;

DELETE FROM profiles USING unsettled AS u WHERE u.account_id = profiles.account_id;
INSERT INTO profiles
SELECT account_id, valid_from, profile.*
FROM (
    SELECT l.account_id, l.valid_from, i.profile
    FROM laid_out AS l
    INNER JOIN incoming AS i ON i.rowid = l.row
    UNION ALL
    SELECT l.account_id, l.valid_from, k.profile
    FROM laid_out AS l
    INNER JOIN kept AS k ON k.account_id = l.account_id AND k.valid_from = l.kept_from
)
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
    a.capture_id,
    NULL,
    a.words IS NOT NULL
FROM arrived AS a
ANTI JOIN repeated AS r ON r.run_id = a.run_id AND r.target_id = a.target_id
WHERE a.outcome = 'observed'
"""

_HANDLES = """
-- The registry tells the whole history each time: the latest telling counts.
CREATE OR REPLACE TEMP TABLE histories AS
SELECT h.account_id, h.spans, h.read_at
FROM (
    SELECT account_id, arg_max(handles, valid_at) AS spans, max(valid_at) AS read_at
    FROM facts WHERE len(handles) > 0
    GROUP BY account_id
) AS h
INNER JOIN accounts AS a ON a.account_id = h.account_id
WHERE a.handles_read_at IS NULL OR a.handles_read_at <= h.read_at;
UPDATE accounts SET handles_read_at = h.read_at FROM histories AS h WHERE h.account_id = accounts.account_id;
DELETE FROM handles USING histories AS h WHERE handles.kind = 'registry' AND handles.account_id = h.account_id;
INSERT INTO handles
SELECT account_id, span.handle, span.valid_from, span.valid_to, 'registry'
FROM (SELECT account_id, unnest(spans) AS span FROM histories);

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
-- The same word of a registry is one bound, known since the first crawl that read it.
CREATE OR REPLACE TEMP TABLE registered AS
SELECT account_id, bound.event, bound.not_before, bound.before, bound.kind, run_id, recorded_at AS known_at
FROM (SELECT account_id, unnest(bounds) AS bound, run_id, recorded_at FROM facts WHERE len(bounds) > 0);
INSERT INTO registered
SELECT b.account_id, b.event, b.not_before, b.before, b.kind, b.run_id, b.known_at
FROM account_bounds AS b
SEMI JOIN (SELECT account_id FROM registered UNION SELECT account_id FROM changed) AS r
    ON r.account_id = b.account_id
WHERE b.kind <> 'seen';
DELETE FROM account_bounds USING registered AS r
WHERE account_bounds.kind <> 'seen' AND account_bounds.account_id = r.account_id;
INSERT INTO account_bounds
SELECT account_id, event, not_before, before, kind, arg_min(run_id, (known_at, run_id)), min(known_at)
FROM registered
GROUP BY account_id, event, not_before, before, kind;

-- Seen active: there by then. Only the earliest sighting says anything.
CREATE OR REPLACE TEMP TABLE sighted AS
SELECT account_id FROM changed
UNION
SELECT a.account_id
FROM arrived AS a
ANTI JOIN account_bounds AS k
    ON k.account_id = a.account_id AND k.kind = 'seen' AND k.before <= a.valid_at + INTERVAL 1 MICROSECOND
WHERE a.outcome = 'observed' AND a.status = 'active';
DELETE FROM account_bounds USING sighted AS s
WHERE account_bounds.kind = 'seen' AND account_bounds.account_id = s.account_id;
INSERT INTO account_bounds
SELECT
    o.account_id,
    'joined',
    NULL,
    min(o.valid_at) + INTERVAL 1 MICROSECOND,
    'seen',
    arg_min(o.run_id, (o.valid_at, o.run_id)),
    arg_min(o.recorded_at, (o.valid_at, o.run_id))
FROM observations AS o
SEMI JOIN sighted AS s ON s.account_id = o.account_id
WHERE o.status = 'active'
GROUP BY o.account_id
"""

_SERVERS = """
UPDATE accounts SET server = s.server, server_read_at = s.read_at
FROM (
    SELECT account_id, arg_max(server, valid_at) AS server, max(valid_at) AS read_at
    FROM facts WHERE server IS NOT NULL
    GROUP BY account_id
) AS s
WHERE
    s.account_id = accounts.account_id
    AND (accounts.server_read_at IS NULL OR accounts.server_read_at <= s.read_at)
"""

_UNNAME = """
UPDATE incoming SET
    moved_to = CASE WHEN moved_to NOT IN $2 THEN moved_to END,
    is_named_back = CASE WHEN moved_to NOT IN $2 THEN is_named_back END,
    also_known_as = list_filter(also_known_as, lambda name: NOT list_contains($2, name))
WHERE platform = $1 AND (list_contains($2, moved_to) OR list_has_any(also_known_as, $2))
"""

# Accounts that the latest crawl has met as a suppressed one. In failures of archive runs, numbers are those of captures.
_KEPT_OUT = """
CREATE OR REPLACE TEMP TABLE kept_out AS
SELECT s.account_id
FROM (
    SELECT account_id, recorded_at AS met_at FROM arrived WHERE capture_id IS NULL AND cause = 'suppressed'
    UNION ALL
    SELECT coalesce(a.merged_into, a.account_id), f.failed_at
    FROM failures AS f
    INNER JOIN runs AS r ON r.run_id = f.run_id AND r.source = 'live'
    INNER JOIN accounts AS a ON a.account_id = f.target
    WHERE f.cause = 'suppressed'
) AS s
LEFT JOIN observations AS o ON o.account_id = s.account_id AND o.capture_id IS NULL
GROUP BY s.account_id
HAVING max(s.met_at) >= coalesce(max(o.recorded_at), '-infinity')
"""

# Written anew each time: an account that was named may have become known.
_ACCOUNT_LINKS = """
CREATE OR REPLACE TEMP TABLE named AS
SELECT account_id, 'moved_to' AS kind, moved_to AS other, is_named_back, run_id, recorded_at AS known_at
FROM facts WHERE moved_to IS NOT NULL
UNION ALL
SELECT account_id, 'also_known_as', unnest(also_known_as), NULL, run_id, recorded_at FROM facts
UNION ALL
SELECT coalesce(m.merged_into, l.account_id), l.kind, l.other, l.is_named_back, l.run_id, l.known_at
FROM account_links AS l
LEFT JOIN newly_merged AS m ON m.handle_only = l.account_id;
DELETE FROM account_links;
INSERT INTO account_links
SELECT
    n.account_id,
    n.kind,
    n.other,
    any_value(o.account_id),
    bool_or(n.is_named_back),
    arg_min(n.run_id, (n.known_at, n.run_id)),
    min(n.known_at)
FROM named AS n
INNER JOIN accounts AS a ON a.account_id = n.account_id
LEFT JOIN accounts AS o ON o.platform = a.platform AND o.native_id = n.other AND o.merged_into IS NULL
GROUP BY n.account_id, n.kind, n.other
"""

# Every answer counts, also one that was fetched again.
_DRIFT = """
CREATE OR REPLACE TEMP TABLE drifted AS
SELECT i.id AS run_id, f.platform, f.field.path, f.field.kind, count(*) AS n
FROM (SELECT run, platform, unnest(drift) AS field FROM incoming WHERE len(drift) > 0) AS f
INNER JOIN ids AS i ON i.kind = 'run' AND i.key = f.run
GROUP BY ALL;
UPDATE drifted SET n = drifted.n + d.n
FROM drift AS d WHERE d.run_id = drifted.run_id AND d.path = drifted.path AND d.kind = drifted.kind;
DELETE FROM drift USING drifted AS f WHERE f.run_id = drift.run_id AND f.path = drift.path AND f.kind = drift.kind;
INSERT INTO drift SELECT run_id, platform, path, kind, n FROM drifted
"""
