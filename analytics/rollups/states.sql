-- One row per accepted account: where it stands, by answers that a second look has confirmed.
WITH seen AS (
    SELECT
        l.figure_id,
        a.platform,
        l.account_id,
        s.status,
        s.last_seen_at,
        (
            SELECT max(o.valid_at)
            FROM observations AS o
            WHERE
                o.account_id = l.account_id
                AND o.status NOT IN ('not_found', 'deleted', 'deactivated', 'suspended', 'platform_closed')
        ) AS last_there_at
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    LEFT JOIN seen_accounts AS s ON s.account_id = l.account_id
),

missing AS (
    SELECT
        s.account_id,
        min(o.valid_at) AS first_missing_at,
        max(o.valid_at) AS last_missing_at,
        min(o.valid_at) FILTER (
            WHERE
                (o.status IN ('deleted', 'deactivated')) = (s.status IN ('deleted', 'deactivated'))
                AND (o.status = 'not_found') = (s.status = 'not_found')
        ) AS alike_since,
        min(o.valid_at) FILTER (WHERE o.status IN ('suspended', 'platform_closed')) AS ended_from,
        max(o.valid_at) FILTER (WHERE o.status IN ('suspended', 'platform_closed')) AS ended_to
    FROM seen AS s
    INNER JOIN observations AS o ON o.account_id = s.account_id
    WHERE o.valid_at > coalesce(s.last_there_at, '-infinity'::TIMESTAMPTZ)
    GROUP BY s.account_id
)

SELECT
    s.figure_id,
    s.platform,
    s.account_id,
    CASE
        WHEN s.status IS NULL THEN 'never observed'
        WHEN m.account_id IS NULL THEN s.status::VARCHAR
        WHEN EXISTS (
            FROM bounds AS b WHERE b.account_id = s.account_id AND b.kind = 'gone' AND b.before > s.last_there_at
        ) THEN 'left'
        WHEN m.ended_to - m.ended_from >= INTERVAL 24 HOURS THEN 'ended by platform'
        WHEN m.last_missing_at - m.alike_since < INTERVAL 24 HOURS THEN 'unconfirmed'
        ELSE s.status::VARCHAR
    END AS state, -- never observed; active and the like; unconfirmed (gone, by no two answers of one kind that are a day apart); left (its owner's act); ended by platform
    s.status, -- Of the latest observation; NULL: never observed
    s.last_there_at, -- Last seen there
    m.first_missing_at, -- First answer since then that it is gone; NULL: it is not
    m.alike_since, -- The first of those that are of the latest one's kind: the owner's act, the platform's, or nobody's
    m.last_missing_at, -- The latest such answer
    s.last_seen_at
FROM seen AS s
LEFT JOIN missing AS m ON m.account_id = s.account_id
ORDER BY s.figure_id, s.platform, s.account_id
