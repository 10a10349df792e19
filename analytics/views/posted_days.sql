-- One row per account and day (UTC) on which it certainly posted: a look listed it, or a dated source says so. Deletions change nothing.
SELECT
    account_id,
    day
FROM activity_days
WHERE posts_most > 0
UNION
SELECT
    account_id,
    timezone('UTC', not_before)::DATE AS day -- In UTC
FROM bounds
WHERE
    event = 'posted'
    AND account_id IS NOT NULL
    AND timezone('UTC', not_before)::DATE = timezone('UTC', before - INTERVAL 1 MICROSECOND)::DATE
