-- One row per dated event that charts can mark.
SELECT
    r.* EXCLUDE (source),
    i.id AS source_id
FROM listed_events AS r
LEFT JOIN ids AS i ON i.kind = 'source' AND i.key = r.source
