-- One row per stored outcome of a target for which another answer arrived, with the time at which it was recorded.
SELECT
    o.run_id,
    o.target_id,
    o.asked_handle,
    o.sighted,
    CASE o.outcome WHEN 'observed' THEN coalesce(b.recorded_at, l.recorded_at) ELSE f.failed_at END AS recorded_at
FROM outcomes_met_again AS o
LEFT JOIN failures AS f
    ON f.run_id = o.run_id AND f.target = o.target_id AND f.asked_handle IS NOT DISTINCT FROM o.asked_handle
LEFT JOIN observations AS b ON b.run_id = o.run_id AND coalesce(b.capture_id, b.account_id) = o.sighted
LEFT JOIN (SELECT run_id, account_id, max(looked_at) AS recorded_at FROM activity_looks GROUP BY ALL) AS l
    ON l.run_id = o.run_id AND l.account_id = o.account_id
