-- Who of the list in-koo-2021 was certainly there by the end of 10 February 2021, India time?
SELECT
    f.name,
    f.kind,
    j.joined_before
FROM utc.first_joins AS j
INNER JOIN figures AS f ON f.figure_id = j.figure_id
SEMI JOIN memberships AS m ON m.figure_id = f.figure_id AND m.roster = 'in-koo-2021'
WHERE
    j.platform = 'koo'
    -- Midnight in India is 18:30 UTC.
    AND j.joined_before <= TIMESTAMP '2021-02-10 18:30:00'
ORDER BY j.joined_before, f.name
