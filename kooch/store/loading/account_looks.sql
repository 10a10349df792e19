-- One row per answer about an account that at least one answer does not show there: whether this answer shows it, and who ended it.
-- Crawls answer, and people who look.
WITH accounts_not_always_there AS (
    SELECT account_id
    FROM observations
    GROUP BY account_id
    HAVING min(status) <> max(status) OR min(status) NOT IN ('active', 'protected', 'limited')
    UNION
    SELECT account_id FROM account_bounds WHERE event = 'left'
    UNION
    SELECT account_id FROM answers_of_lookers WHERE status NOT IN ('active', 'protected', 'limited')
),

first_signs AS (
    SELECT o.account_id, min(o.sign_at) AS first_sign_at
    FROM (
        SELECT account_id, valid_at AS sign_at, status
        FROM observations
        UNION ALL
        -- People look before the end of the time of the look.
        SELECT account_id, valid_at - INTERVAL 1 MICROSECOND, status
        FROM answers_of_lookers
    ) AS o
    SEMI JOIN accounts_not_always_there AS n ON n.account_id = o.account_id
    WHERE o.status IN ('active', 'protected', 'limited')
    GROUP BY o.account_id
),

looks AS (
    SELECT
        o.account_id,
        o.valid_at AS from_at,
        o.valid_at,
        o.run_id,
        NULL::INTEGER AS source_id,
        o.recorded_at,
        o.status,
        o.status IN ('active', 'protected', 'limited') AS is_there,
        CASE
            WHEN o.status IN ('deleted', 'deactivated') THEN 'owner'
            WHEN o.status = 'platform_closed' OR (o.status = 'suspended' AND a.platform <> 'mastodon') THEN 'platform'
            -- Mastodon also calls an account suspended if its owner deleted it.
            WHEN o.status = 'suspended' THEN 'unknown'
            -- Whether the account was asked for by a stable id, known from a list or an earlier answer. Archives are asked by name.
            WHEN
                o.status = 'not_found'
                AND a.native_id IS NOT NULL
                AND o.capture_id IS NULL
                AND coalesce(o.valid_at > f.first_sign_at, true)
                THEN 'unknown'
        END AS act -- NULL: the answer ends nothing
    FROM observations AS o
    SEMI JOIN accounts_not_always_there AS n ON n.account_id = o.account_id
    INNER JOIN accounts AS a ON a.account_id = o.account_id
    LEFT JOIN first_signs AS f ON f.account_id = o.account_id
    UNION ALL
    SELECT
        k.account_id,
        k.from_at,
        k.valid_at,
        NULL,
        k.source_id,
        k.valid_at,
        k.status,
        k.status IN ('active', 'protected', 'limited'),
        CASE
            WHEN k.status IN ('deleted', 'deactivated') THEN 'owner'
            WHEN k.status = 'suspended' AND a.platform <> 'mastodon' THEN 'platform'
            WHEN k.status = 'suspended' THEN 'unknown'
            WHEN k.status = 'not_found' AND k.is_by_id AND coalesce(k.from_at > f.first_sign_at, true) THEN 'unknown'
        END
    FROM answers_of_lookers AS k
    SEMI JOIN accounts_not_always_there AS n ON n.account_id = k.account_id
    INNER JOIN accounts AS a ON a.account_id = k.account_id
    LEFT JOIN first_signs AS f ON f.account_id = k.account_id
),

-- Answers that do not show the account there, within whose time another answer does. Nobody knows which came first.
contested AS (
    SELECT DISTINCT g.account_id, g.from_at, g.valid_at
    FROM looks AS g
    SEMI JOIN answers_of_lookers AS k ON k.account_id = g.account_id
    INNER JOIN looks AS s
        ON
            s.account_id = g.account_id
            AND s.from_at < greatest(g.valid_at, g.from_at + INTERVAL 1 MICROSECOND)
            AND g.from_at < greatest(s.valid_at, s.from_at + INTERVAL 1 MICROSECOND)
    WHERE
        s.is_there
        AND NOT g.is_there
        AND (g.run_id IS NULL OR s.run_id IS NULL)
),

turns AS (
    SELECT
        l.* REPLACE (CASE WHEN c.account_id IS NULL THEN l.act END AS act),
        l.is_there IS DISTINCT FROM lag(l.is_there) OVER (
            PARTITION BY l.account_id ORDER BY l.valid_at, l.run_id, l.source_id, l.status
        ) AS is_turn
    FROM looks AS l
    LEFT JOIN contested AS c
        ON c.account_id = l.account_id AND c.from_at = l.from_at AND c.valid_at = l.valid_at AND NOT l.is_there
),

numbered AS (
    SELECT
        * EXCLUDE (is_turn),
        sum(is_turn::INTEGER) OVER (PARTITION BY account_id ORDER BY valid_at, run_id, source_id, status)::INTEGER AS stretch
    FROM turns
)

SELECT
    account_id,
    stretch, -- The number of the account's series of answers that agree whether it is there
    from_at, -- The start of the time of the answer; a person may have looked at any time from then until valid_at
    valid_at,
    run_id, -- NULL: people looked
    source_id, -- The wave; NULL: a crawl asked
    recorded_at,
    status,
    is_there,
    act,
    -- One answer may be the platform's fault. Two answers of one kind, a day apart, are not.
    act IS NOT NULL
    AND from_at - min(valid_at) OVER (PARTITION BY account_id, stretch, act) >= to_hours(getvariable('confirmed_after_hours')) AS confirms
FROM numbered
