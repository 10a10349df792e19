-- One row per accepted account: its state, by answers that a second look has confirmed, in the time in which it is the figure's.
-- What people saw changes no state.
WITH last_signs AS (
    SELECT account_id, max(last_at) AS last_there_at
    FROM sign_spans
    GROUP BY account_id
),

-- The answers of crawls since the last that shows the account there, and who ended it by each.
missing AS (
    SELECT
        o.account_id,
        o.valid_at,
        CASE WHEN a.platform <> 'mastodon' OR o.status <> 'suspended' THEN s.whose_act END AS act
    FROM observations AS o
    SEMI JOIN doubts AS d ON d.account_id = o.account_id
    INNER JOIN accounts AS a ON a.account_id = o.account_id
    INNER JOIN statuses AS s ON s.status = o.status
    LEFT JOIN last_signs AS p ON p.account_id = o.account_id
    WHERE o.status NOT IN ('active', 'protected', 'limited') AND coalesce(o.valid_at >= p.last_there_at, true)
),

latest_doubts AS (
    SELECT account_id, min(valid_at) AS since, max(valid_at) AS latest_at
    FROM missing
    GROUP BY account_id
),

confirmed AS (
    SELECT account_id, valid_at, act
    FROM missing
    WHERE act IS NOT NULL
    QUALIFY valid_at - min(valid_at) OVER (PARTITION BY account_id, act) >= INTERVAL 24 HOURS
),

-- What two answers agree on first has ended the stay.
ends AS (
    SELECT account_id, arg_min(act, (valid_at, act)) AS act
    FROM confirmed
    GROUP BY account_id
),

-- The latest observation in the time in which it is the figure's.
told AS (
    SELECT
        l.figure_id,
        l.account_id,
        l.held_from,
        s.last_seen_at,
        coalesce(o.last_seen_at >= l.held_until, false) AS is_handed_on,
        CASE WHEN NOT is_handed_on THEN s.status END AS status
    FROM links AS l
    LEFT JOIN seen_accounts AS o ON o.account_id = l.account_id
    LEFT JOIN seen_links AS s ON s.account_id = l.account_id AND s.figure_id = l.figure_id
),

-- The first answer while it was the figure's, and the first of the latest kind: ended by the owner, ended by the platform, or
-- nobody says by whom.
first_answers AS (
    SELECT
        t.figure_id,
        t.account_id,
        min(o.valid_at) AS missing_since,
        min(o.valid_at) FILTER (
            WHERE (then_said.whose_act IS NOT DISTINCT FROM 'owner') = (now_says.whose_act IS NOT DISTINCT FROM 'owner')
            AND (o.status = 'not_found') = (t.status = 'not_found')
        ) AS alike_since
    FROM told AS t
    INNER JOIN latest_doubts AS d ON d.account_id = t.account_id
    INNER JOIN observations AS o
        ON o.account_id = t.account_id AND o.valid_at >= d.since AND coalesce(o.valid_at >= t.held_from, true)
    INNER JOIN statuses AS now_says ON now_says.status = t.status
    INNER JOIN statuses AS then_said ON then_said.status = o.status
    GROUP BY t.figure_id, t.account_id
)

SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    CASE
        WHEN l.is_handed_on THEN 'handed on'
        WHEN l.status IS NULL THEN 'never observed'
        WHEN d.account_id IS NULL OR l.status = 'moved' THEN l.status::VARCHAR
        WHEN e.act = 'owner' THEN 'left'
        WHEN e.act = 'platform' THEN 'ended by platform'
        WHEN d.latest_at - k.alike_since < INTERVAL 24 HOURS THEN 'unconfirmed'
        ELSE l.status::VARCHAR
    END AS state, -- never observed; handed on (it is no longer the figure's); active and similar; unconfirmed (answered as gone, but not twice in the same way a day apart); left (by its owner); ended by platform
    l.status, -- The status of the latest observation; NULL: never observed while it was the figure's, or handed on
    CASE WHEN l.status IS NOT NULL AND coalesce(p.last_there_at >= l.held_from, true) THEN p.last_there_at END AS last_there_at, -- When the account was last seen there; NULL: never while it was the figure's, or handed on
    CASE WHEN l.status <> 'moved' THEN k.missing_since END AS first_missing_at, -- The first answer since then, while it was the figure's, that it is gone; NULL: it is not gone
    CASE WHEN l.status <> 'moved' THEN k.alike_since END AS alike_since, -- The first of these answers of the same kind as the latest: ended by the owner, by the platform, or nobody says by whom
    CASE WHEN l.status <> 'moved' THEN d.latest_at END AS last_missing_at, -- The latest answer that it is gone; NULL: it is not gone
    l.last_seen_at -- The time of the latest observation while it was the figure's, whatever its status; NULL: none
FROM told AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN latest_doubts AS d ON d.account_id = l.account_id
LEFT JOIN last_signs AS p ON p.account_id = l.account_id
LEFT JOIN first_answers AS k ON k.account_id = l.account_id AND k.figure_id = l.figure_id
LEFT JOIN ends AS e ON e.account_id = l.account_id
ORDER BY l.figure_id, a.platform, l.account_id
