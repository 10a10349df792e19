-- One row per stored outcome of a target of which another answer arrived, with when it was recorded.
SELECT
    o.run_id,
    o.target AS target_id,
    coalesce(a.capture_id, t.merged_into, t.account_id) AS sighted,
    CASE o.outcome WHEN 'observed' THEN coalesce(b.recorded_at, l.recorded_at) ELSE f.failed_at END AS recorded_at
FROM outcomes AS o
INNER JOIN outcomes_arrived AS a ON a.run_id = o.run_id AND a.target_id = o.target
LEFT JOIN accounts AS t ON t.account_id = o.target
LEFT JOIN failures AS f ON f.run_id = o.run_id AND f.target = o.target
LEFT JOIN observations AS b
    ON b.run_id = o.run_id AND coalesce(b.capture_id, b.account_id) = coalesce(a.capture_id, t.merged_into, t.account_id)
LEFT JOIN (SELECT run_id, account_id, max(looked_at) AS recorded_at FROM activity_looks GROUP BY ALL) AS l
    ON l.run_id = o.run_id AND l.account_id = coalesce(t.merged_into, t.account_id)
