-- One row: the description of the list $roster.
SELECT roster, title, description, source, source_url, licence, as_of, time_zone
FROM rosters
WHERE roster = $roster
