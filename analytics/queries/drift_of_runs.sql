-- One row per run and field that differs from the platform's documentation, newest run first, at most 200.
SELECT coalesce(p.name, d.platform) AS platform, r.started_at, r.source, d.path, d.kind, d.n
FROM drift AS d
INNER JOIN runs AS r ON r.run_id = d.run_id
LEFT JOIN platforms AS p ON p.platform = d.platform
ORDER BY r.started_at DESC, d.n DESC, d.path
LIMIT 200
