-- One row per account, day with a post, and block of the platform in the country of its figure before the next post. A post on the next day leaves no row.
WITH posted AS (
    SELECT
        account_id,
        day,
        lead(day) OVER (PARTITION BY account_id ORDER BY day) AS day_after
    FROM posted_or_shown_days
    SEMI JOIN blocked_accounts USING (account_id)
)

SELECT
    p.account_id,
    p.day AS last_posted_on, -- Day (UTC) of the post
    b.from_day, -- The first day of the block
    (b.until_day - greatest(b.from_day, p.day + 1))::INTEGER AS blocked_days, -- How many days of the block come after the post
    coalesce(sum(blocked_days) OVER earlier, 0)::INTEGER AS blocked_before -- How many days the blocks in earlier rows of this post have
FROM posted AS p
INNER JOIN blocked_accounts AS b
    ON b.account_id = p.account_id AND b.until_day > p.day + 1 AND coalesce(b.from_day < p.day_after, true)
WHERE coalesce(p.day_after > p.day + 1, true)
WINDOW earlier AS (
    PARTITION BY p.account_id, p.day
    ORDER BY b.from_day
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
)
ORDER BY p.account_id, p.day, b.from_day
