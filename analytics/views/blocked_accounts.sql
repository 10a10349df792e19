-- One row per account and unbroken span of days on which the country of whoever had it blocked the platform.
WITH days AS (
    SELECT DISTINCT
        l.account_id,
        greatest(b.from_day, l.first_day) AS from_day,
        least(coalesce(b.to_day + 1, DATE '9999-12-31'), l.until_day) AS until_day
    FROM blocks AS b
    INNER JOIN accounts AS a ON a.platform = b.platform
    INNER JOIN links AS l ON l.account_id = a.account_id AND l.state = 'accepted'
    INNER JOIN figures AS f ON f.figure_id = l.figure_id AND f.country = b.country
),

-- A block that begins before an earlier one has ended, or on the day on which it ends, goes on with it.
marked AS (
    SELECT
        *,
        coalesce(from_day > max(until_day) OVER (
            PARTITION BY account_id ORDER BY from_day, until_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), true) AS begins
    FROM days
    WHERE from_day < until_day
),

numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY account_id ORDER BY from_day, until_day) AS span
    FROM marked
)

SELECT
    account_id,
    min(from_day) AS from_day, -- The first day, in that country
    max(until_day) AS until_day -- The first day on which the platform was open again; far in the future if no end is known
FROM numbered
GROUP BY account_id, span
