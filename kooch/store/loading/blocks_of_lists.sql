-- One row per span of days in which a country kept its people from a platform.
SELECT
    r.* EXCLUDE (source),
    i.id AS source_id
FROM listed_blocks AS r
INNER JOIN ids AS i ON i.kind = 'source' AND i.key = r.source
