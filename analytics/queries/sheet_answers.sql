-- One row per series of equal answers about an account of $figures while it was theirs, in order of time.
WITH answers AS (
    SELECT
        l.figure_id,
        a.platform,
        o.account_id,
        o.valid_at,
        o.status,
        c.url AS archived_url,
        lag(o.status) OVER of_account IS DISTINCT FROM o.status AS is_other
    FROM links AS l
    INNER JOIN unnest($figures) AS f (figure_id) ON f.figure_id = l.figure_id
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN observations AS o ON o.account_id = l.account_id
    LEFT JOIN captures AS c ON c.capture_id = o.capture_id
    WHERE coalesce(o.valid_at >= l.held_from, true) AND coalesce(o.valid_at < l.held_until, true)
    WINDOW of_account AS (PARTITION BY l.figure_id, o.account_id ORDER BY o.valid_at, o.recorded_at)
),

stretches AS (
    SELECT
        * EXCLUDE (is_other),
        sum(is_other::INTEGER) OVER (PARTITION BY figure_id, account_id ORDER BY valid_at ROWS UNBOUNDED PRECEDING) AS stretch
    FROM answers
)

SELECT
    figure_id,
    platform,
    account_id,
    status::VARCHAR AS status,
    min(valid_at) AS first_at,
    max(valid_at) AS last_at,
    count(*) AS answers,
    arg_min(archived_url, valid_at) FILTER (WHERE archived_url IS NOT NULL) AS archived_url -- The first page of an archive that shows it
FROM stretches
GROUP BY figure_id, platform, account_id, stretch, status
ORDER BY figure_id, platform, account_id, first_at
