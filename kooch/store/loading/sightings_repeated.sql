-- One row per account and run, or archived page, with several observations.
SELECT
    of_run,
    sighted
FROM sightings_side_by_side
GROUP BY of_run, sighted
HAVING count(*) > 1
