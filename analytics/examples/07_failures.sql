-- Why did targets of the latest run have no observation?
SELECT
    platform,
    cause,
    count(*) AS targets,
    min(failed_at) AS first_failed_at
FROM utc.failures
WHERE run_id = (SELECT arg_max(run_id, started_at) FROM runs)
GROUP BY platform, cause
ORDER BY targets DESC
