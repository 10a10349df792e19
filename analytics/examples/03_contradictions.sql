-- Which joins do sources contradict each other about, and what are the readings?
SELECT
    f.name,
    r.platform,
    r.not_before,
    r.before,
    len(r.bounds) AS agreeing_bounds
FROM utc.readings AS r
INNER JOIN joins AS j
    ON
        j.figure_id = r.figure_id
        AND j.platform = r.platform
        AND j.account_id IS NOT DISTINCT FROM r.account_id
        AND j.spell = r.spell
INNER JOIN figures AS f ON f.figure_id = r.figure_id
WHERE j.contradiction
ORDER BY f.name, r.not_before
