-- One row per accepted account: where it stands, by answers that a second look has confirmed.
WITH latest_doubts AS (
    SELECT *
    FROM doubts
    WHERE until IS NULL
),

last_signs AS (
    SELECT account_id, max(last_at) AS last_there_at
    FROM sign_spans
    GROUP BY account_id
),

-- The first of the answers that are of the latest one's kind: the owner's act, the platform's, or nobody's.
alike AS (
    SELECT d.account_id, min(o.valid_at) AS alike_since
    FROM latest_doubts AS d
    INNER JOIN seen_accounts AS s ON s.account_id = d.account_id
    INNER JOIN observations AS o ON o.account_id = d.account_id AND o.valid_at >= d.since
    INNER JOIN statuses AS now_says ON now_says.status = s.status
    INNER JOIN statuses AS then_said ON then_said.status = o.status
    WHERE
        (then_said.whose_act IS NOT DISTINCT FROM 'owner') = (now_says.whose_act IS NOT DISTINCT FROM 'owner')
        AND (o.status = 'not_found') = (s.status = 'not_found')
    GROUP BY d.account_id
),

ends AS (
    SELECT account_id, before, kind
    FROM account_bounds
    WHERE kind IN ('gone', 'ended', 'missing')
)

SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    CASE
        WHEN s.status IS NULL THEN 'never observed'
        WHEN d.account_id IS NULL OR s.status = 'moved' THEN s.status::VARCHAR
        WHEN e.kind = 'gone' THEN 'left'
        WHEN e.kind = 'ended' THEN 'ended by platform'
        WHEN d.latest_at - k.alike_since < INTERVAL 24 HOURS THEN 'unconfirmed'
        ELSE s.status::VARCHAR
    END AS state, -- never observed; active and the like; unconfirmed (gone, by no two answers of one kind that are a day apart); left (its owner's act); ended by platform
    s.status, -- Of the latest observation; NULL: never observed
    p.last_there_at, -- Last seen there
    CASE WHEN s.status <> 'moved' THEN d.since END AS first_missing_at, -- First answer since then that it is gone; NULL: it is not
    CASE WHEN s.status <> 'moved' THEN k.alike_since END AS alike_since, -- The first of those that are of the latest one's kind: the owner's act, the platform's, or nobody's
    CASE WHEN s.status <> 'moved' THEN d.latest_at END AS last_missing_at, -- The latest such answer
    s.last_seen_at
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN seen_accounts AS s ON s.account_id = l.account_id
LEFT JOIN latest_doubts AS d ON d.account_id = l.account_id
LEFT JOIN last_signs AS p ON p.account_id = l.account_id
LEFT JOIN alike AS k ON k.account_id = l.account_id
LEFT JOIN ends AS e ON e.account_id = l.account_id AND d.is_end AND e.before >= d.since AND e.before <= d.latest_at
ORDER BY l.figure_id, a.platform, l.account_id
