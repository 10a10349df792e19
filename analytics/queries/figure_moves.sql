-- One row per transition of $figure_id, the latest first.
SELECT coalesce(p.name, m.platform) AS platform, h.handle, m.move, m.not_before, m.before
FROM moves AS m
LEFT JOIN platforms AS p ON p.platform = m.platform
LEFT JOIN current_handles AS h ON h.account_id = m.account_id
WHERE m.figure_id = $figure_id
ORDER BY m.before DESC NULLS LAST
