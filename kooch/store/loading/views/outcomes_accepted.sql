-- One row per outcome to store.
SELECT a.*
FROM outcomes_arrived AS a
ANTI JOIN outcomes_late AS l
    ON l.run_id = a.run_id AND l.target_id = a.target_id AND l.asked_handle IS NOT DISTINCT FROM a.asked_handle
