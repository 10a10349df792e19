-- One row per account, day and look that says something about the day. Of stored looks only the latest, from the stored row.
-- Days are in UTC, like the loader's session.
WITH arrived AS (
    SELECT
        l.account_id,
        l.run_id,
        l.looked_at,
        s.day
    FROM activity_looks_arrived AS l
    INNER JOIN activity_days_to_count AS s
        ON
            s.account_id = l.account_id
            AND s.day >= l.covers_from::DATE
            AND s.day::TIMESTAMPTZ < coalesce(l.covers_to, l.looked_at)
),

stored AS (
    SELECT
        s.account_id,
        s.day,
        max(l.looked_at) AS looked_at
    FROM activity_days_to_count AS s
    INNER JOIN activity_looks AS l
        ON
            l.account_id = s.account_id
            AND s.day >= l.covers_from::DATE
            AND s.day::TIMESTAMPTZ < coalesce(l.covers_to, l.looked_at)
    GROUP BY s.account_id, s.day
)

SELECT
    coalesce(a.account_id, t.account_id) AS account_id,
    coalesce(a.day, t.day) AS day,
    coalesce(a.looked_at, t.looked_at) AS looked_at,
    a.account_id IS NOT NULL AS is_covered, -- otherwise the look says only "at least"
    coalesce(t.posts, 0) AS posts,
    coalesce(t.replies, 0) AS replies,
    coalesce(t.reposts, 0) AS reposts,
    coalesce(t.posts + t.replies, 0) AS posts_most
FROM arrived AS a
FULL JOIN activity_days_arrived AS t
    ON
        t.account_id = a.account_id
        AND t.run_id = a.run_id
        AND t.looked_at = a.looked_at
        AND t.day = a.day
UNION ALL
SELECT
    s.account_id,
    s.day,
    k.looked_at,
    k.account_id IS NOT NULL,
    coalesce(d.posts, 0),
    coalesce(d.replies, 0),
    coalesce(d.reposts, 0),
    coalesce(d.posts_most, 0)
FROM activity_days_to_count AS s
LEFT JOIN stored AS k ON k.account_id = s.account_id AND k.day = s.day
LEFT JOIN activity_days AS d ON d.account_id = s.account_id AND d.day = s.day
WHERE k.account_id IS NOT NULL OR d.account_id IS NOT NULL
