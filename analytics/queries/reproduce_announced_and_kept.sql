-- One row: for how many accounts a dated statement says that the figure leaves, and for how many of these no end is known.
SELECT
    count(*) FILTER (WHERE left_before IS NULL AND gone_before IS NULL) AS least,
    least AS most,
    count(*) AS whole
FROM activity
WHERE announced_before IS NOT NULL
HAVING count(*) > 0
