-- One row per answer that a later answer for the same target of the run replaces.
SELECT a.answer
FROM answers AS a
INNER JOIN targets_fetched_twice AS t ON t.run = a.run AND t.target = a.target
QUALIFY row_number() OVER (PARTITION BY a.run, a.target ORDER BY a.recorded_at DESC, a.batch_id DESC) > 1
