-- One row per accepted account of a figure: since when the world could know of the claim, and for which time it holds.
SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    epoch_us(min(coalesce(timezone(s.time_zone, (s.published_at + 1)::TIMESTAMP), c.recorded_at))) AS known_at,
    -- The first day of the claim, and the end of its last one; NULL: no limit.
    epoch_us(any_value(l.held_from)) AS held_from,
    epoch_us(min(timezone(s.time_zone, (c.from_day + 1)::TIMESTAMP)) FILTER (WHERE l.held_from IS NOT NULL)) AS held_by,
    epoch_us(any_value(l.held_until)) AS held_until
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
INNER JOIN claims AS c ON c.figure_id = l.figure_id AND c.account_id = l.account_id
INNER JOIN sources AS s ON s.source_id = c.source_id
GROUP BY l.figure_id, a.platform, l.account_id
