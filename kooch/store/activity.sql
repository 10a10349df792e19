-- One row per account of a platform that was active at the latest live answer, with what is known of its posts.
WITH answers AS (
    SELECT
        a.account_id,
        o.recorded_at AS answered_at,
        o.status::VARCHAR AS said,
        o.posts
    FROM observations AS o
    INNER JOIN accounts AS a ON a.account_id = o.account_id AND a.platform = $platform
    INNER JOIN runs AS r ON r.run_id = o.run_id AND r.source = 'live'
    UNION ALL
    SELECT
        coalesce(a.merged_into, a.account_id),
        f.failed_at,
        f.cause,
        NULL
    FROM failures AS f
    INNER JOIN accounts AS a ON a.account_id = f.target AND a.platform = $platform
    INNER JOIN runs AS r ON r.run_id = f.run_id AND r.source = 'live'
),

active AS (
    SELECT
        account_id,
        (arg_max({'said': said, 'posts': posts}, answered_at)).posts AS posts
    FROM answers
    GROUP BY account_id
    HAVING arg_max(said, answered_at) = 'active'
),

openings AS (
    SELECT
        account_id,
        max(not_before) AS opened_at
    FROM account_bounds
    WHERE event = 'joined' AND kind IN ('plc', 'opened') AND not_before IS NOT NULL
    GROUP BY account_id
),

full_looks AS (
    SELECT
        account_id,
        max(looked_at) AS full_at
    FROM (
        SELECT
            account_id,
            looked_at,
            covers_from,
            min(covers_from) OVER (PARTITION BY account_id) AS first_from
        FROM activity_looks
        WHERE complete
    )
    WHERE covers_from = first_from
    GROUP BY account_id
),

latest_looks AS (
    SELECT
        account_id,
        arg_max(
            {
                'complete': complete,
                'looked_at': looked_at,
                'listed': listed,
                'listed_lately': listed_lately,
                'counted_more': counted_more
            },
            looked_at
        ) AS look
    FROM activity_looks
    GROUP BY account_id
)

SELECT
    a.native_id,
    coalesce(o.opened_at, timezone('UTC', p.opened::TIMESTAMP), $no_opening) AS opened_at,
    t.posts,
    CASE WHEN l.look.complete THEN l.look.looked_at END AS looked_at,
    l.look.listed AS listed,
    l.look.listed_lately AS listed_lately,
    l.look.counted_more AS counted_more,
    f.full_at
FROM active AS t
INNER JOIN accounts AS a ON a.account_id = t.account_id AND a.native_id IS NOT NULL
LEFT JOIN openings AS o ON o.account_id = t.account_id
LEFT JOIN platforms AS p ON p.platform = a.platform
LEFT JOIN latest_looks AS l ON l.account_id = t.account_id
LEFT JOIN full_looks AS f ON f.account_id = t.account_id
