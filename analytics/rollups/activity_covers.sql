-- One row per account and unbroken span of time of which it is known on which days it posted. Elsewhere nobody looked.
WITH told AS (
    SELECT
        account_id,
        covers_from,
        coalesce(covers_to, looked_at) AS covers_to
    FROM activity_looks
    WHERE covers_from IS NOT NULL
    UNION ALL
    -- A profile that shows when its account posted last says that nothing came after that day.
    SELECT
        account_id,
        timezone('UTC', (timezone('UTC', last_post_at)::DATE + 1)::TIMESTAMP) AS covers_from,
        max(valid_at) AS covers_to
    FROM observations
    WHERE last_post_at IS NOT NULL AND capture_id IS NULL AND status = 'active'
    GROUP BY ALL
),

starts AS (
    SELECT
        *,
        coalesce(covers_from > max(covers_to) OVER (
            PARTITION BY account_id
            ORDER BY covers_from, covers_to
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), true) AS is_start
    FROM told
    WHERE covers_from < covers_to
),

spans AS (
    SELECT
        account_id,
        min(covers_from) AS covers_from,
        max(covers_to) AS covers_to
    FROM (
        SELECT
            *,
            sum(is_start::INTEGER) OVER (
                PARTITION BY account_id
                ORDER BY covers_from, covers_to
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS span
        FROM starts
    )
    GROUP BY account_id, span
)

SELECT
    account_id,
    covers_from, -- Everything from here
    covers_to, -- until here (half-open) was listed by one look or another
    CASE
        WHEN timezone('UTC', covers_from) = date_trunc('day', timezone('UTC', covers_from))
            THEN timezone('UTC', covers_from)::DATE
        ELSE timezone('UTC', covers_from)::DATE + 1
    END AS first_day, -- The first day (UTC) that lies in it as a whole
    timezone('UTC', covers_to)::DATE AS until_day -- The first day after that does not
FROM spans
