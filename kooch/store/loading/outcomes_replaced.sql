-- One row per stored outcome that a later answer replaces.
SELECT
    s.run_id,
    s.target_id,
    s.asked_handle,
    s.sighted
FROM outcomes_stored_before AS s
ANTI JOIN outcomes_late AS l
    ON l.run_id = s.run_id AND l.target_id = s.target_id AND l.asked_handle IS NOT DISTINCT FROM s.asked_handle
