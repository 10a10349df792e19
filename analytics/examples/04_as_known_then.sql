-- What could the world know by the end of 8 February 2021, India time?
SELECT
    f.name,
    j.joined_not_before AT TIME ZONE 'UTC' AS joined_not_before,
    j.joined_before AT TIME ZONE 'UTC' AS joined_before
FROM first_joins_known_by(TIMESTAMPTZ '2021-02-09 00:00:00+05:30') AS j
INNER JOIN figures AS f ON f.figure_id = j.figure_id
WHERE j.platform = 'koo' AND j.joined_before IS NOT NULL
ORDER BY j.joined_before, f.name
