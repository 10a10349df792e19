-- One row per accepted account that was observed while it was the figure's, with the latest of these observations.
WITH limited AS (
    SELECT
        l.figure_id,
        l.account_id,
        max(o.valid_at) AS last_seen_at,
        arg_max(o.capture_id IS NOT NULL, o.valid_at) AS is_archived,
        arg_max(o.status, o.valid_at) AS status,
        max(o.valid_at) FILTER (WHERE o.status = 'active') AS last_active_at,
        max(o.valid_at) FILTER (
            WHERE o.capture_id IS NULL AND o.valid_at <= now() + INTERVAL 1 HOUR
        ) AS last_live_at,
        arg_max(o.followers, o.valid_at) FILTER (WHERE o.followers IS NOT NULL) AS followers
    FROM links AS l
    INNER JOIN observations AS o ON o.account_id = l.account_id
    WHERE
        coalesce(l.held_from, l.held_until) IS NOT NULL
        AND coalesce(o.valid_at >= l.held_from, true)
        AND coalesce(o.valid_at < l.held_until, true)
    GROUP BY l.figure_id, l.account_id
)

SELECT
    l.figure_id,
    l.account_id,
    s.last_seen_at, -- The time of the latest observation while it was the figure's, whatever its status
    s.is_archived, -- Whether that observation is an archived page
    s.status, -- The status of that observation
    s.last_active_at, -- The time of the latest observation with status active while it was the figure's; NULL: none
    s.last_live_at, -- The time of the latest observation by a crawl while it was the figure's, without those by a clock that was ahead; NULL: none
    s.followers -- Followers in the latest observation that shows them while it was the figure's; NULL: none does
FROM links AS l
INNER JOIN seen_accounts AS s ON s.account_id = l.account_id
WHERE coalesce(l.held_from, l.held_until) IS NULL
UNION ALL
SELECT figure_id, account_id, last_seen_at, is_archived, status, last_active_at, last_live_at, followers
FROM limited
ORDER BY figure_id, account_id
