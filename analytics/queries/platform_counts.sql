-- One row per published count of the whole $platform, by measure and day; undated counts last.
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
