-- One row per transition: joined, returned, left, ended by platform, not found, renamed, moved server or moved account.
-- What a list or a report brought is a move of its day: known_through says so.
WITH stays_known AS (
    SELECT s.*, k.join_known_at, k.end_known_at
    FROM stays AS s
    LEFT JOIN (
        SELECT
            figure_id,
            platform,
            account_id,
            stay,
            min(known_from) FILTER (WHERE joined_not_before IS NOT NULL OR joined_before IS NOT NULL) AS join_known_at,
            min(known_from) FILTER (WHERE ended_before IS NOT NULL) AS end_known_at
        FROM known_stays
        GROUP BY figure_id, platform, account_id, stay
    ) AS k
        ON
            k.figure_id = s.figure_id
            AND k.platform = s.platform
            AND k.account_id IS NOT DISTINCT FROM s.account_id
            AND k.stay = s.stay
    WHERE s.stay > 0
),

joins AS (
    SELECT
        figure_id,
        platform,
        account_id,
        CASE WHEN stay = 1 THEN 'joined' ELSE 'returned' END AS move,
        joined_not_before AS not_before,
        joined_before AS before,
        NULL AS act,
        joined_from_bound AS from_bound,
        joined_to_bound AS to_bound,
        NULL::INTEGER AS run_id,
        join_is_presumed AS is_presumed,
        join_known_at AS known_at
    FROM stays_known
    WHERE joined_not_before IS NOT NULL OR joined_before IS NOT NULL
),

ends AS (
    SELECT
        s.figure_id,
        s.platform,
        s.account_id,
        CASE
            WHEN s.ended_by = 'platform' THEN 'ended by platform'
            WHEN s.ended_by = 'unknown' AND b.kind = 'missing' THEN 'not found'
            ELSE 'left'
        END AS move,
        s.ended_not_before,
        s.ended_before,
        s.ended_by,
        s.ended_from_bound,
        s.ended_to_bound,
        NULL,
        s.end_is_presumed,
        coalesce(s.end_known_at, s.ended_before)
    FROM stays_known AS s
    LEFT JOIN bounds AS b ON b.bound_id = s.ended_to_bound
    WHERE s.ended_before IS NOT NULL
),

-- Asked by a name that can change, two answers a day apart tell of no end, but of an account that is not found.
missing AS (
    SELECT
        l.figure_id,
        a.platform,
        d.account_id,
        'not found' AS move,
        (SELECT max(s.last_at) FROM sign_spans AS s WHERE s.account_id = d.account_id AND s.last_at < d.since) AS not_before,
        d.not_found_from AS before,
        'unknown' AS act,
        NULL,
        NULL,
        d.run_id,
        false,
        d.known_at
    FROM doubts AS d
    INNER JOIN links AS l ON l.account_id = d.account_id
    INNER JOIN accounts AS a ON a.account_id = d.account_id
    WHERE NOT d.is_end AND d.not_found_to - d.not_found_from >= INTERVAL 24 HOURS
),

names AS (
    SELECT
        h.account_id,
        h.valid_from,
        h.kind,
        lag(h.handle) OVER of_account AS previous,
        lag(h.valid_from) OVER of_account AS previous_from,
        max((h.kind = 'registry')::INTEGER) OVER (PARTITION BY h.account_id) = 1 AS has_registry
    FROM handles AS h
    WHERE h.kind IN ('registry', 'seen') AND h.valid_from IS NOT NULL
    WINDOW of_account AS (PARTITION BY h.account_id, h.kind ORDER BY h.valid_from)
),

renames AS (
    SELECT
        l.figure_id,
        a.platform,
        n.account_id,
        'renamed' AS move,
        -- A registry knows the instant; else the new name was there at the latest when it was seen.
        CASE WHEN n.kind = 'registry' THEN n.valid_from ELSE n.previous_from END AS not_before,
        n.valid_from AS before,
        'owner' AS act,
        NULL,
        NULL,
        NULL,
        false,
        CASE WHEN n.kind = 'registry' THEN a.handles_read_at ELSE n.valid_from END AS known_at
    FROM names AS n
    INNER JOIN links AS l ON l.account_id = n.account_id
    INNER JOIN accounts AS a ON a.account_id = n.account_id
    WHERE n.previous IS NOT NULL AND (n.kind = 'registry' OR NOT n.has_registry)
),

successions AS (
    SELECT
        l.figure_id,
        m.platform,
        m.account_id,
        CASE WHEN m.is_other_server THEN 'moved server' ELSE 'moved account' END AS move,
        m.not_before,
        m.before,
        'owner' AS act,
        NULL,
        NULL,
        NULL,
        false,
        m.known_at
    FROM moved_accounts AS m
    INNER JOIN links AS l ON l.account_id = m.account_id
    -- One side's word is no proof, and what was so from the first is no move.
    WHERE m.is_mutual AND m.not_before IS NOT NULL
),

all_moves AS (
    FROM joins
    UNION ALL FROM ends
    UNION ALL FROM missing
    UNION ALL FROM renames
    UNION ALL FROM successions
)

SELECT
    m.figure_id,
    m.platform,
    m.account_id, -- NULL: the sources do not say which account
    m.move, -- joined, returned, left, ended by platform, not found, renamed, moved server or moved account (both accounts name each other)
    m.not_before, -- Between this instant (NULL: open)
    m.before, -- and this one
    m.act, -- Of an end, whose: owner, platform or unknown; the server often does not say
    m.from_bound, -- The bound that sets not_before
    m.to_bound, -- The bound that sets before
    coalesce(m.run_id, t.run_id, f.run_id) AS run_id, -- The crawl that heard it; NULL: no crawl did
    CASE
        WHEN coalesce(t.kind, f.kind) IN ('listed', 'opened') AND coalesce(t.source_id, f.source_id) IS NOT NULL THEN 'list'
        WHEN coalesce(t.source_id, f.source_id) IS NOT NULL THEN 'report'
        WHEN m.move = 'ended by platform' AND m.to_bound IS NULL THEN 'platform'
        ELSE 'crawl'
    END AS known_through, -- list, report, crawl, or platform (its own end)
    m.is_presumed, -- It would differ without reports that name no account
    m.known_at -- When the world could know it
FROM all_moves AS m
LEFT JOIN bounds AS f ON f.bound_id = m.from_bound
LEFT JOIN bounds AS t ON t.bound_id = m.to_bound
ORDER BY m.before, m.figure_id, m.platform, m.account_id, m.move
