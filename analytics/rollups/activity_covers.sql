-- One row per account and unbroken span of time for which all posts were listed. Outside these spans nobody looked, or a source says that it posted on one of several days.
WITH told AS (
    SELECT
        account_id,
        covers_from,
        coalesce(covers_to, looked_at) AS covers_to
    FROM activity_looks
    WHERE covers_from IS NOT NULL
    UNION ALL
    -- A profile that shows the day of the last post says that no post came after that day.
    SELECT
        account_id,
        timezone('UTC', (timezone('UTC', last_post_at)::DATE + 1)::TIMESTAMP) AS covers_from,
        max(valid_at) AS covers_to
    FROM observations
    WHERE last_post_at IS NOT NULL AND capture_id IS NULL AND status = 'active'
    GROUP BY ALL
    UNION ALL
    -- So does a check by the source of a list.
    SELECT
        account_id,
        timezone('UTC', (timezone('UTC', last_post_at)::DATE + 1)::TIMESTAMP) AS covers_from,
        checked_at AS covers_to
    FROM believed_checks
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
),

-- If a post is on one of several days, nobody knows on which. So none of them is a day without a post.
starts_of_pieces AS (
    SELECT account_id, covers_from AS piece_from, covers_from, covers_to
    FROM spans
    UNION
    SELECT s.account_id, timezone('UTC', u.until_day::TIMESTAMP), s.covers_from, s.covers_to
    FROM spans AS s
    INNER JOIN uncertain_days AS u
        ON
            u.account_id = s.account_id
            AND timezone('UTC', u.until_day::TIMESTAMP) > s.covers_from
            AND timezone('UTC', u.until_day::TIMESTAMP) < s.covers_to
),

pieces AS (
    SELECT
        p.account_id,
        p.piece_from AS covers_from,
        least(
            p.covers_to,
            min(greatest(timezone('UTC', u.from_day::TIMESTAMP), p.piece_from)) FILTER (WHERE u.account_id IS NOT NULL)
        ) AS covers_to
    FROM starts_of_pieces AS p
    LEFT JOIN uncertain_days AS u
        ON u.account_id = p.account_id AND timezone('UTC', u.until_day::TIMESTAMP) > p.piece_from
    GROUP BY p.account_id, p.piece_from, p.covers_to
)

SELECT
    account_id,
    covers_from, -- The start of the span
    covers_to, -- The open end of the span
    CASE
        WHEN timezone('UTC', covers_from) = date_trunc('day', timezone('UTC', covers_from))
            THEN timezone('UTC', covers_from)::DATE
        ELSE timezone('UTC', covers_from)::DATE + 1
    END AS first_day, -- The first whole day (UTC) in the span
    timezone('UTC', covers_to)::DATE AS until_day -- The first day (UTC) that is not wholly in the span
FROM pieces
WHERE covers_from < covers_to
