-- A target of a run has one outcome. One account may be two targets: by its id, and by a handle. Only the runs of this load are read.
SELECT run_id, target, asked_handle, count(*) AS n
FROM outcomes
WHERE run_id IN (SELECT run_id FROM runs_loaded)
GROUP BY run_id, target, asked_handle
HAVING count(*) > 1
