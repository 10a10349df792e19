-- One row per run in which unusually many accounts were gone at once, without a confirmation so far.
SELECT coalesce(p.name, d.platform) AS platform, d.newly_gone, d.started_at
FROM doubtful_runs AS d
LEFT JOIN platforms AS p ON p.platform = d.platform
WHERE d.is_holding
ORDER BY platform, d.started_at
