-- One row per move: joined, returned, left, ended by platform, not found, renamed, moved server, moved account, dormant or returned to posting.
-- A move that a list or a report brought has the day that the source states. known_through says how a move is known.
WITH compared AS (
    SELECT
        k.*,
        k.joined_not_before IS NOT DISTINCT FROM s.joined_not_before AND k.joined_before IS NOT DISTINCT FROM s.joined_before AS has_join,
        k.ended_not_before IS NOT DISTINCT FROM s.ended_not_before AND k.ended_before IS NOT DISTINCT FROM s.ended_before AS has_end
    FROM known_stays AS k
    INNER JOIN known_stays AS s
        ON
            s.figure_id = k.figure_id
            AND s.platform = k.platform
            AND s.account_id IS NOT DISTINCT FROM k.account_id
            AND s.stay = k.stay
            AND s.known_until IS NULL
),

-- An interval is known since the end of the last span of time in which another interval was known.
intervals_known AS (
    SELECT
        figure_id,
        platform,
        account_id,
        stay,
        coalesce(max(known_until) FILTER (WHERE NOT has_join), min(known_from)) AS join_known_at,
        coalesce(max(known_until) FILTER (WHERE NOT has_end), min(known_from)) AS end_known_at
    FROM compared
    GROUP BY figure_id, platform, account_id, stay
),

stays_known AS (
    SELECT s.*, k.join_known_at, CASE WHEN s.ended_to_bound IS NOT NULL THEN k.end_known_at END AS end_known_at
    FROM stays AS s
    LEFT JOIN intervals_known AS k
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

-- If the account was asked for by a name that can change, two such answers a day apart mean "not found" and not an end.
missing AS (
    SELECT
        l.figure_id,
        a.platform,
        d.account_id,
        'not found' AS move,
        greatest(
            (SELECT max(s.last_at) FROM sign_spans AS s WHERE s.account_id = d.account_id AND s.last_at < d.since),
            (
                SELECT max(b.not_before)
                FROM bounds AS b
                WHERE b.account_id = d.account_id AND b.event = 'there' AND b.kind = 'seen' AND b.before <= d.since
            )
        ) AS not_before,
        d.not_found_from AS before,
        'unknown' AS act,
        d.run_id,
        d.source_id,
        d.known_at
    FROM doubts AS d
    INNER JOIN links AS l ON l.account_id = d.account_id
    INNER JOIN accounts AS a ON a.account_id = d.account_id
    WHERE
        NOT d.is_end
        AND d.not_found_to - d.not_found_from >= INTERVAL 24 HOURS
        AND coalesce(d.not_found_from > l.held_from, true)
        AND coalesce(d.not_found_from <= l.held_until, true)
),

names AS (
    SELECT
        h.account_id,
        h.handle,
        h.valid_from,
        h.kind,
        lag(h.handle) OVER of_account AS previous,
        lag(h.valid_from) OVER of_account AS previous_from,
        max((h.kind = 'registry')::INTEGER) OVER (PARTITION BY h.account_id) = 1 AS has_registry
    FROM handles AS h
    WHERE h.kind IN ('registry', 'seen') AND h.valid_from IS NOT NULL
    WINDOW of_account AS (PARTITION BY h.account_id, h.kind ORDER BY h.valid_from)
),

-- The first answer that shows the new handle. If none does, the latest answer with the registry's log.
shown_names AS (
    SELECT n.account_id, n.kind, n.valid_from, coalesce(min(s.valid_from), any_value(a.handles_read_at)) AS shown_at
    FROM names AS n
    INNER JOIN accounts AS a ON a.account_id = n.account_id
    LEFT JOIN handles AS s
        ON s.account_id = n.account_id AND s.kind = 'seen' AND s.handle = n.handle AND s.valid_from >= n.valid_from
    WHERE n.previous IS NOT NULL
    GROUP BY n.account_id, n.kind, n.valid_from
),

runs_of_names AS (
    SELECT s.account_id, s.kind, s.valid_from, min(o.run_id) AS run_id
    FROM shown_names AS s
    INNER JOIN observations AS o ON o.account_id = s.account_id AND o.valid_at = s.shown_at
    GROUP BY s.account_id, s.kind, s.valid_from
),

renames AS (
    SELECT
        l.figure_id,
        a.platform,
        n.account_id,
        'renamed' AS move,
        -- A registry knows the instant. Otherwise the account had the new name at the latest when it was seen.
        CASE WHEN n.kind = 'registry' THEN n.valid_from ELSE n.previous_from END AS not_before,
        n.valid_from AS before,
        'owner' AS act,
        NULL,
        NULL,
        r.run_id,
        false,
        CASE WHEN n.kind = 'registry' THEN a.handles_read_at ELSE n.valid_from END AS known_at
    FROM names AS n
    INNER JOIN links AS l ON l.account_id = n.account_id
    INNER JOIN accounts AS a ON a.account_id = n.account_id
    LEFT JOIN runs_of_names AS r ON r.account_id = n.account_id AND r.kind = n.kind AND r.valid_from = n.valid_from
    WHERE
        n.previous IS NOT NULL
        AND (n.kind = 'registry' OR NOT n.has_registry)
        -- Events before or after the account was the figure's are not moves of the figure.
        AND coalesce(n.valid_from > l.held_from, true)
        AND coalesce(n.valid_from <= l.held_until, true)
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
        m.run_id,
        false,
        m.known_at
    FROM moved_accounts AS m
    INNER JOIN links AS l ON l.account_id = m.account_id
    -- Both accounts must name each other. If they did so when first seen, nobody has moved.
    WHERE
        m.is_mutual
        AND m.not_before IS NOT NULL
        AND coalesce(m.before > l.held_from, true)
        AND coalesce(m.before <= l.held_until, true)
),

all_moves AS (
    SELECT
        *,
        NULL::DATE AS last_posted_on,
        NULL::INTEGER AS blocked_days,
        NULL AS known_through,
        NULL::INTEGER AS source_id
    FROM (
        FROM joins
        UNION ALL FROM ends
        UNION ALL FROM renames
        UNION ALL FROM successions
    )
    UNION ALL
    SELECT
        figure_id,
        platform,
        account_id,
        move,
        not_before,
        before,
        act,
        NULL,
        NULL,
        run_id,
        false,
        known_at,
        NULL,
        NULL,
        CASE WHEN run_id IS NULL THEN 'look' END,
        source_id
    FROM missing
    UNION ALL
    SELECT
        figure_id,
        platform,
        account_id,
        move,
        not_before,
        before,
        NULL,
        NULL,
        bound_id,
        run_id,
        false,
        known_at,
        last_posted_on,
        blocked_days,
        known_through,
        source_id
    FROM silence_moves
),

handles_alone AS (
    SELECT i.id AS account_id, min(i.key) AS name
    FROM ids AS i
    INNER JOIN accounts AS a ON a.account_id = i.id AND a.native_id IS NULL
    WHERE i.kind = 'account'
    GROUP BY i.id
),

-- Two accounts may have joined in the same interval. Every load must number their moves alike, and as before when their ids become known.
numbered_moves AS (
    SELECT
        m.*,
        coalesce(a.native_id, h.name, '') AS name,
        -- A silence is identified by the day of the last post before it. So silences that become known later change no number.
        coalesce(m.last_posted_on - DATE '1970-01-01', row_number() OVER (
            PARTITION BY m.figure_id, m.platform, m.account_id, m.move
            ORDER BY m.before, m.not_before, m.known_at, m.from_bound, m.to_bound
        )) AS number
    FROM all_moves AS m
    LEFT JOIN accounts AS a ON a.account_id = m.account_id
    LEFT JOIN handles_alone AS h ON h.account_id = m.account_id
)

SELECT
    m.figure_id,
    m.platform,
    m.account_id, -- The account, of `accounts`; NULL: the sources do not say which
    m.move, -- joined, returned, left, ended by platform, not found, renamed, moved server, moved account (these two only if both accounts name each other), dormant (dormant91@1) or returned to posting (returned91@1)
    m.not_before, -- The start of the interval of the move; NULL: open
    m.before, -- The end of that interval
    m.act, -- Who ended the stay: owner, platform or unknown, because servers often do not say; NULL: no end
    m.from_bound, -- The bound that sets not_before
    m.to_bound, -- The bound that sets before
    coalesce(m.run_id, b.run_id) AS run_id, -- The crawl that got the answer, of `runs`; NULL: no crawl did
    CASE
        WHEN m.known_through IS NOT NULL THEN m.known_through
        WHEN p.platform IS NOT NULL THEN 'platform'
        WHEN b.source_id IS NULL OR b.run_id IS NOT NULL THEN 'crawl'
        WHEN b.source_id IN (SELECT source_id FROM looks) THEN 'look'
        WHEN b.kind IN ('listed', 'opened') THEN 'list'
        ELSE 'report'
    END AS known_through, -- How the move is known: by a list, report, look or crawl, or by the end of the platform
    coalesce(m.source_id, p.source_id, b.source_id) AS source_id, -- The document that says so, of `sources`; NULL: a crawl does
    m.is_presumed, -- Whether it would differ without reports that name no account
    m.known_at, -- When the public could know the interval that stands here: the end of the day of publication, else when Kooch recorded it
    m.last_posted_on, -- Day (UTC) of the last post before the silence. If only a profile or a check by a list's source shows it, it may be a repost; NULL: the move is no silence
    m.blocked_days, -- How many days of the silence did not count before it was dormant, because the platform was blocked; NULL: the move is no silence
    m.number, -- The number of the move among those of its kind and account, from 1. Of a silence, the days from 1 January 1970 to its last post
    substr(sha256(concat_ws(chr(10), m.figure_id, m.platform, m.name, m.move, m.number)), 1, 20) AS move_id -- The id of the move in feeds. It stays the same if the interval of the move narrows
FROM numbered_moves AS m
-- The end of the platform itself.
LEFT JOIN platforms AS p ON p.platform = m.platform AND m.move = 'ended by platform' AND m.to_bound IS NULL
-- The evidence of the upper end says how the move is known. Only if no evidence sets that end, the evidence of the lower end says it.
LEFT JOIN bounds AS b ON b.bound_id = coalesce(m.to_bound, m.from_bound) AND p.platform IS NULL
ORDER BY m.before, m.figure_id, m.platform, m.account_id, m.move, m.number
