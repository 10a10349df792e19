-- One row per account and day (UTC) on which it posted, or that its profile showed as the day of the last post. That may have been a repost.
SELECT
    account_id,
    day -- The day, in UTC
FROM posted_days
UNION ALL
SELECT
    s.account_id,
    s.day
FROM shown_posts AS s
ANTI JOIN posted_days AS p ON p.account_id = s.account_id AND p.day = s.day
