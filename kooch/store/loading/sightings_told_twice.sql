-- One row per account of a run, or archived page, that has several sightings.
SELECT
    of_run,
    sighted
FROM sightings_side_by_side
GROUP BY of_run, sighted
HAVING count(*) > 1
