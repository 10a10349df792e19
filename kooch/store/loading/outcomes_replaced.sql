-- One row per stored outcome that a later answer replaces.
SELECT
    s.run_id,
    s.target_id,
    s.sighted
FROM outcomes_stored_before AS s
ANTI JOIN outcomes_late AS l ON l.run_id = s.run_id AND l.target_id = s.target_id
