-- One row per account and day of `listed_handles_without_id`, with the time around the list in which every archived page was read.
SELECT
    u.platform,
    u.name,
    u.handle,
    u.listed_at,
    coalesce(min(w.from_at) FILTER (WHERE coalesce(w.until_at, w.started_at) >= u.listed_at), 'infinity') AS from_at,
    coalesce(max(CASE
        WHEN w.until_at IS NOT NULL THEN w.until_at
        WHEN w.started_at >= u.listed_at + INTERVAL 31 DAYS THEN 'infinity'
        ELSE w.started_at
    END) FILTER (WHERE w.from_at <= u.listed_at), '-infinity') AS until_at
FROM listed_handles_without_id AS u
LEFT JOIN walked_spans AS w ON w.platform = u.platform AND w.handle = u.handle
GROUP BY ALL
