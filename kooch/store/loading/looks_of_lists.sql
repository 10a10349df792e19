-- One row per look in the files beside the lists.
SELECT
    s.id AS source_id,
    l.* EXCLUDE (source)
FROM listed_looks AS l
INNER JOIN ids AS s ON s.kind = 'source' AND s.key = l.source
