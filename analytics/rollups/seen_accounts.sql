-- One row per account that was ever observed: the first and the latest observation.
SELECT
    account_id,
    count(*) AS observations,
    min(valid_at) AS first_seen_at,
    max(valid_at) AS last_seen_at,
    arg_max(capture_id IS NOT NULL, valid_at) AS is_archived, -- Whether the latest observation is an archived page
    arg_max(status, valid_at) AS status, -- Of the latest observation
    max(valid_at) FILTER (WHERE status = 'active') AS last_active_at,
    max(valid_at) FILTER (
        WHERE capture_id IS NULL AND valid_at <= now() + INTERVAL 1 HOUR
    ) AS last_live_at, -- Of the latest that is no archived page; one of tomorrow, by a clock that was ahead, is no news
    arg_max(followers, valid_at) FILTER (WHERE followers IS NOT NULL) AS followers, -- Of the latest observation that shows them
    count(DISTINCT status)::INTEGER AS statuses
FROM observations
GROUP BY account_id
