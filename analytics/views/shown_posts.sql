-- One row per account and day (UTC) that its profile, or a check by a list's source, showed as the day of the last post. It may be the day of a repost.
SELECT
    account_id,
    timezone('UTC', last_post_at)::DATE AS day -- The day, in UTC
FROM observations
WHERE last_post_at IS NOT NULL AND capture_id IS NULL AND status = 'active'
UNION
SELECT
    account_id,
    timezone('UTC', last_post_at)::DATE
FROM last_posts
