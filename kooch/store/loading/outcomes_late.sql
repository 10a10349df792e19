-- One row per outcome that arrived late: it is older than the one that is stored, and changes nothing.
SELECT
    a.run_id,
    a.target_id,
    a.asked_handle
FROM outcomes_arrived AS a
INNER JOIN outcomes_stored_before AS s
    ON s.run_id = a.run_id AND s.target_id = a.target_id AND s.asked_handle IS NOT DISTINCT FROM a.asked_handle
WHERE a.recorded_at < s.recorded_at
