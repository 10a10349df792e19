-- One row per account that the latest crawl recognised as a suppressed one.
SELECT s.account_id
FROM (
    SELECT
        coalesce(a.merged_into, a.account_id) AS account_id,
        f.failed_at AS met_at
    FROM failures AS f
    -- In other runs a target is the number of an archived page.
    INNER JOIN runs AS r ON r.run_id = f.run_id AND r.source = 'live'
    INNER JOIN accounts AS a ON a.account_id = f.target
    WHERE f.cause = 'suppressed'
) AS s
LEFT JOIN observations AS o ON o.account_id = s.account_id AND o.capture_id IS NULL
GROUP BY s.account_id
HAVING max(s.met_at) >= coalesce(max(o.recorded_at), '-infinity')
