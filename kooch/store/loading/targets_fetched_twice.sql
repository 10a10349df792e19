-- One row per target of a run for which several answers arrived, because a crash came between.
SELECT
    run,
    target
FROM incoming
GROUP BY run, target
HAVING count(*) > 1
