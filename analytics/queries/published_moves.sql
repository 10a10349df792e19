-- One row per move of the figures on the list $roster, the latest first.
SELECT
    m.figure_id,
    f.name,
    m.platform,
    coalesce(p.name, m.platform) AS platform_name,
    m.move_id,
    h.handle,
    m.move,
    m.not_before,
    m.before,
    coalesce(e.time_zone, b.time_zone, 'UTC') AS from_zone, -- Of the days of not_before
    coalesce(b.time_zone, e.time_zone, 'UTC') AS time_zone, -- Of the days of before
    m.last_posted_on,
    m.blocked_days,
    m.is_presumed,
    m.known_at,
    coalesce(s.citation, 'run ' || m.run_id) AS citation, -- The document or the crawl that it rests on
    s.url
FROM moves AS m
INNER JOIN (SELECT DISTINCT figure_id FROM memberships WHERE roster = $roster) AS r ON r.figure_id = m.figure_id
INNER JOIN figures AS f ON f.figure_id = m.figure_id
LEFT JOIN platforms AS p ON p.platform = m.platform
LEFT JOIN accounts AS a ON a.account_id = m.account_id
LEFT JOIN link_handles AS h ON h.figure_id = m.figure_id AND h.account_id = m.account_id
LEFT JOIN bound_zones AS e ON e.bound_id = m.from_bound
LEFT JOIN bound_zones AS b ON b.bound_id = m.to_bound
LEFT JOIN sources AS s ON s.source_id = m.source_id
ORDER BY m.known_at DESC, f.name, m.figure_id, m.platform, m.move, m.account_id, m.number
