-- One row per count that somebody has published of $platform as a whole, by measure and day; undated ones last.
SELECT
    c.measure,
    c.area,
    c.day,
    c.value,
    c.bound,
    c.said_by,
    c.publisher,
    c.published_on,
    c.source_url,
    c.note
FROM platform_counts AS c
WHERE c.platform = $platform
ORDER BY c.measure, c.day NULLS LAST, c.value, c.publisher
