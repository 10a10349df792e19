-- One row per platform whose latest ended crawl observed nothing for want of a network.
WITH latest AS (
    SELECT arg_max(run_id, started_at) AS run_id
    FROM runs
    WHERE source = 'live' AND ended_at IS NOT NULL AND NOT is_recheck
    GROUP BY platform
)

SELECT coalesce(p.name, r.platform) AS platform
FROM runs AS r
SEMI JOIN latest AS l ON l.run_id = r.run_id
SEMI JOIN (FROM failures WHERE cause = 'unreachable') AS f ON f.run_id = r.run_id
LEFT JOIN platforms AS p ON p.platform = r.platform
WHERE r.observed = 0
ORDER BY platform
