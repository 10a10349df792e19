-- One row per account and span of days on which it was active, or was not active. On a day without a row this is unknown.
-- days: INTEGER; how many days, the day itself included, a post counts for. With 28 this is active28@1.
-- Active: a post on at least one of these days. Not active: no post on any of them, and all of them were looked at.
WITH neighbours AS (
    SELECT
        account_id,
        day,
        lag(day) OVER (PARTITION BY account_id ORDER BY day) AS day_before
    FROM posted_days
),

stretches AS (
    SELECT
        account_id,
        min(day) AS from_day,
        max(day) + days AS until_day
    FROM (
        SELECT
            account_id,
            day,
            count(*) FILTER (WHERE day_before IS NULL OR day > day_before + days) OVER (
                PARTITION BY account_id
                ORDER BY day
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS stretch
        FROM neighbours
    )
    GROUP BY account_id, stretch
),

-- The days between spans, before the first one and after the last one.
pauses AS (
    SELECT
        account_id,
        until_day AS from_day,
        lead(from_day) OVER (PARTITION BY account_id ORDER BY from_day) AS until_day
    FROM stretches
    UNION ALL
    SELECT
        account_id,
        NULL,
        min(from_day)
    FROM stretches
    GROUP BY account_id
    UNION ALL
    SELECT DISTINCT
        c.account_id,
        NULL::DATE,
        NULL::DATE
    FROM activity_covers AS c
    ANTI JOIN stretches AS s ON s.account_id = c.account_id
)

SELECT
    account_id,
    from_day,
    until_day, -- The first day after the span
    true AS is_active
FROM stretches
UNION ALL
SELECT
    c.account_id,
    greatest(c.first_day + (days - 1), p.from_day) AS from_day,
    least(c.until_day, p.until_day) AS until_day,
    false AS is_active
FROM activity_covers AS c
INNER JOIN pauses AS p ON p.account_id = c.account_id
WHERE greatest(c.first_day + (days - 1), p.from_day) < least(c.until_day, p.until_day)
