-- One row per reading of the first stay on $platform of each of $figures, with the time zones of both ends and the reports that date it; and per report that
-- the account's own evidence excludes.
SELECT
    r.figure_id,
    r.not_before,
    r.before,
    coalesce(min(zf.time_zone), min(zt.time_zone), 'UTC') AS from_zone, -- Of the days of not_before
    coalesce(min(zt.time_zone), min(zf.time_zone), 'UTC') AS time_zone, -- Of the days of before
    -- The bound that dates it from below, or, if there is none, the bound with which it ends.
    list_sort(list(DISTINCT {
        'published_at': s.published_at,
        'publisher': s.publisher,
        'crawled_from': u.source,
        'archive_note': p.archive_note
    }) FILTER (WHERE b.not_before IS NOT NULL OR (r.not_before IS NULL AND b.before = r.before))) AS reports,
    bool_or(coalesce(u.source = 'archive', false)) AS is_archived
FROM (
    SELECT figure_id, account_id, not_before, before, from_bound, to_bound, unnest(bounds) AS bound_id
    FROM readings
    WHERE platform = $platform AND spell = 1 AND list_contains($figures, figure_id)
    UNION ALL
    SELECT j.figure_id, NULL, o.not_before, o.before, o.bound_id, o.bound_id, o.bound_id
    FROM first_joins AS j
    INNER JOIN bounds AS o ON list_contains(j.excluded, o.bound_id)
    WHERE j.platform = $platform AND list_contains($figures, j.figure_id)
) AS r
INNER JOIN bounds AS b ON b.bound_id = r.bound_id
LEFT JOIN bound_zones AS zf ON zf.bound_id = r.from_bound
LEFT JOIN bound_zones AS zt ON zt.bound_id = r.to_bound
LEFT JOIN sources AS s ON s.source_id = b.source_id
LEFT JOIN platforms AS p ON p.platform = $platform
LEFT JOIN runs AS u ON u.run_id = b.run_id
GROUP BY r.figure_id, r.account_id, r.not_before, r.before
ORDER BY r.figure_id, r.not_before NULLS FIRST, r.before NULLS LAST, r.account_id NULLS LAST
