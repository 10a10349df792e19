-- One row per run, newest first, at most 200.
SELECT
    r.run_id,
    coalesce(p.name, r.platform) AS platform,
    CASE WHEN r.is_recheck THEN 'recheck' ELSE r.source END AS source,
    coalesce(r.roster, 'all') AS roster,
    r.state,
    r.started_at,
    r.ended_at,
    r.planned,
    r.observed,
    r.failed,
    r.skipped,
    r.requests,
    r.bytes
FROM runs AS r
LEFT JOIN platforms AS p ON p.platform = r.platform
ORDER BY r.started_at DESC
LIMIT 200
