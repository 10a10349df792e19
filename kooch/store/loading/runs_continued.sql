-- One row per run of which an earlier load stored a part.
SELECT DISTINCT o.run_id
FROM outcomes AS o
SEMI JOIN outcomes_arrived AS a ON a.run_id = o.run_id
