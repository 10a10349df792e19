-- One row per transition of $figure_id, the latest first.
SELECT
    coalesce(p.name, m.platform) AS platform,
    coalesce(h.handle, if(m.account_id IS NULL, 'account unidentified', 'handle unknown')) AS handle,
    m.move,
    m.act,
    m.not_before,
    m.before,
    m.known_through,
    m.known_at,
    m.is_presumed,
    coalesce(s.time_zone, 'UTC') AS time_zone
FROM moves AS m
LEFT JOIN platforms AS p ON p.platform = m.platform
LEFT JOIN current_handles AS h ON h.account_id = m.account_id
LEFT JOIN bounds AS b ON b.bound_id = m.to_bound
LEFT JOIN sources AS s ON s.source_id = b.source_id
WHERE m.figure_id = $figure_id
ORDER BY m.before DESC NULLS LAST, m.platform, m.account_id
