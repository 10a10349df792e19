-- One row per platform and cause: targets that failed in the platform's latest ended runs.
WITH latest AS (
    SELECT platform, arg_max(run_id, started_at) AS run_id
    FROM runs
    WHERE ended_at IS NOT NULL AND NOT is_recheck
    GROUP BY platform, source
)

SELECT coalesce(p.name, f.platform) AS platform, f.cause, count(*) AS targets
FROM failures AS f
INNER JOIN latest AS l ON l.run_id = f.run_id
LEFT JOIN platforms AS p ON p.platform = f.platform
GROUP BY ALL
ORDER BY targets DESC, platform, f.cause
