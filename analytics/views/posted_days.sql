-- One row per account and day (UTC) on which it certainly posted, by a look or by a dated source. Deletions change nothing.
WITH listed_days AS (
    SELECT
        account_id,
        day
    FROM activity_days
    WHERE posts_most > 0
),

stated_days AS (
    SELECT DISTINCT
        account_id,
        timezone('UTC', not_before)::DATE AS day
    FROM bounds
    WHERE
        event = 'posted'
        AND account_id IS NOT NULL
        AND timezone('UTC', not_before)::DATE = timezone('UTC', before - INTERVAL 1 MICROSECOND)::DATE
)

-- A UNION would compare millions of days with each other. Only a few are stated.
SELECT
    account_id,
    day -- The day, in UTC
FROM listed_days
UNION ALL
SELECT
    s.account_id,
    s.day
FROM stated_days AS s
ANTI JOIN listed_days AS d ON d.account_id = s.account_id AND d.day = s.day
