-- One row per accepted account of a figure: since when the world could know of the claim.
SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    epoch_us(min(coalesce(timezone(s.time_zone, (s.published_at + 1)::TIMESTAMP), c.recorded_at))) AS known_at
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
INNER JOIN claims AS c ON c.figure_id = l.figure_id AND c.account_id = l.account_id
INNER JOIN sources AS s ON s.source_id = c.source_id
GROUP BY l.figure_id, a.platform, l.account_id
