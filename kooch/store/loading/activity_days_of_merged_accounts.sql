-- One row per account and day of two accounts that are one: by the latest look at either that covers the day.
WITH meant AS (
    SELECT
        account_id,
        merged_into
    FROM accounts_merged
    UNION
    SELECT
        merged_into,
        merged_into
    FROM accounts_merged
),

days AS (
    SELECT DISTINCT
        m.merged_into,
        d.day
    FROM meant AS m
    INNER JOIN activity_days AS d ON d.account_id = m.account_id
),

said AS (
    SELECT
        m.merged_into,
        m.account_id,
        y.day,
        max(l.looked_at) AS looked_at,
        coalesce(any_value(d.posts), 0) AS posts,
        coalesce(any_value(d.replies), 0) AS replies,
        coalesce(any_value(d.reposts), 0) AS reposts,
        coalesce(any_value(d.posts_most), 0) AS posts_most
    FROM days AS y
    INNER JOIN meant AS m ON m.merged_into = y.merged_into
    LEFT JOIN activity_days AS d ON d.account_id = m.account_id AND d.day = y.day
    LEFT JOIN activity_looks AS l
        ON
            l.account_id = m.account_id
            AND y.day >= l.covers_from::DATE
            AND y.day::TIMESTAMPTZ < coalesce(l.covers_to, l.looked_at)
    GROUP BY m.merged_into, m.account_id, y.day
)

SELECT
    merged_into AS account_id,
    day,
    coalesce(arg_max(posts, (looked_at, posts, replies)) FILTER (WHERE looked_at IS NOT NULL), max(posts)) AS posts,
    coalesce(arg_max(replies, (looked_at, posts, replies)) FILTER (WHERE looked_at IS NOT NULL), max(replies)) AS replies,
    max(reposts) AS reposts,
    max(posts_most) AS posts_most
FROM said
GROUP BY merged_into, day
