-- One row: the list $roster in its own words.
SELECT roster, title, description, source, source_url, licence, as_of, time_zone
FROM rosters
WHERE roster = $roster
