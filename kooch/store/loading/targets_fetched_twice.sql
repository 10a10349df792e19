-- One row per target of a run of which several answers arrived: a crash came between.
SELECT
    run,
    target
FROM incoming
GROUP BY run, target
HAVING count(*) > 1
