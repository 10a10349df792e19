-- One row per document on which lists, events and platforms rest.
SELECT
    i.id AS source_id,
    s.* EXCLUDE (key)
FROM listed_sources AS s
INNER JOIN ids AS i ON i.kind = 'source' AND i.key = s.key
