-- One row per run that was stored in part before this load.
SELECT DISTINCT o.run_id
FROM outcomes AS o
SEMI JOIN outcomes_arrived AS a ON a.run_id = o.run_id
