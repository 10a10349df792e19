-- One row: of how many accounts a dated statement says that the figure leaves, and how many of them no end is known.
SELECT
    count(*) FILTER (WHERE left_before IS NULL AND gone_before IS NULL) AS least,
    least AS most,
    count(*) AS whole
FROM activity
WHERE announced_before IS NOT NULL
HAVING count(*) > 0
