-- One row per bound, with the time zone of its days: that of its source. The day on which a platform shows an account as opened is a UTC day.
SELECT
    b.bound_id,
    CASE WHEN b.kind = 'opened' THEN 'UTC' ELSE coalesce(s.time_zone, 'UTC') END AS time_zone -- The IANA time zone; UTC: a crawl is its source
FROM bounds AS b
LEFT JOIN sources AS s ON s.source_id = b.source_id
