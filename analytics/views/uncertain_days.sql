-- One row per account and dated post that can have been on one of several days (UTC): those days. Posts that a known day explains are left out.
WITH stated AS (
    SELECT DISTINCT
        account_id,
        timezone('UTC', not_before)::DATE AS from_day,
        timezone('UTC', before - INTERVAL 1 MICROSECOND)::DATE + 1 AS until_day
    FROM bounds
    WHERE event = 'posted' AND account_id IS NOT NULL AND not_before IS NOT NULL
)

SELECT
    s.account_id,
    s.from_day, -- The first of them
    s.until_day -- The first day after them
FROM stated AS s
ANTI JOIN posted_or_shown_days AS p ON p.account_id = s.account_id AND p.day >= s.from_day AND p.day < s.until_day
WHERE s.until_day > s.from_day + 1
