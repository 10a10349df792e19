-- One row per account and day that is counted again: by the latest look that covers the day, or else the most that any look lists.
SELECT
    account_id,
    day,
    coalesce(arg_max(posts, (looked_at, posts, replies)) FILTER (WHERE is_covered), max(posts)) AS posts,
    coalesce(arg_max(replies, (looked_at, posts, replies)) FILTER (WHERE is_covered), max(replies)) AS replies,
    max(reposts) AS reposts,
    max(posts_most) AS posts_most
FROM activity_days_by_look
GROUP BY account_id, day
HAVING max(posts_most) > 0 OR max(reposts) > 0
ORDER BY account_id, day
