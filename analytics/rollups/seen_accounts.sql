-- One row per account that was ever observed, with the first and the latest observation.
SELECT
    account_id,
    count(*) AS observations,
    min(valid_at) AS first_seen_at,
    max(valid_at) AS last_seen_at,
    arg_max(capture_id IS NOT NULL, valid_at) AS is_archived, -- Whether the latest observation is an archived page
    arg_max(status, valid_at) AS status, -- The status of the latest observation
    max(valid_at) FILTER (WHERE status = 'active') AS last_active_at,
    max(valid_at) FILTER (
        WHERE capture_id IS NULL AND valid_at <= now() + INTERVAL 1 HOUR
    ) AS last_live_at, -- The time of the latest observation by a crawl, without those by a clock that was ahead; NULL: none
    arg_max(followers, valid_at) FILTER (WHERE followers IS NOT NULL) AS followers, -- Followers in the latest observation that shows them; NULL: none does
    count(DISTINCT status)::INTEGER AS statuses
FROM observations
GROUP BY account_id
