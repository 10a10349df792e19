-- One row per account and day with a post: how many of the days after it do not count as silence, because the platform was blocked. No row: all count.
-- days: INTEGER; how long a silence is wanted.
-- A block counts if the silence is still too short when the block begins. Days of earlier blocks do not make it longer.
SELECT
    account_id,
    last_posted_on,
    sum(blocked_days)::INTEGER AS blocked_days -- How many days do not count
FROM blocks_after_posts
WHERE from_day <= last_posted_on + days + blocked_before
GROUP BY account_id, last_posted_on
