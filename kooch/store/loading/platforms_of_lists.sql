-- One row per social platform.
SELECT
    r.* EXCLUDE (source),
    i.id AS source_id
FROM listed_platforms AS r
LEFT JOIN ids AS i ON i.kind = 'source' AND i.key = r.source
