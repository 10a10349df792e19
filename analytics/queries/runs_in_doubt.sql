-- One row per run in which unusually many accounts turned gone, which no later run has confirmed or refuted.
SELECT h.run_id, coalesce(p.name, h.platform) AS platform, h.started_at, h.newly_gone, h.observed
FROM doubtful_runs AS h
LEFT JOIN platforms AS p ON p.platform = h.platform
WHERE h.is_holding
ORDER BY h.started_at DESC
