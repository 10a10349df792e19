-- A target of a run has one outcome.
SELECT run_id, target, count(*) AS n
FROM outcomes
GROUP BY run_id, target
HAVING count(*) > 1
