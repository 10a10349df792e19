-- One row per run, with its outcomes counted. A run that has ended and lacks outcomes, because a batch was broken or lost, is
-- running again: the next crawl continues it.
SELECT
    i.id AS run_id,
    k.* EXCLUDE (state, ended_at),
    coalesce(o.observed, 0) AS observed,
    coalesce(o.failed, 0) AS failed,
    coalesce(o.skipped, 0) AS skipped,
    k.state <> 'running' AND k.planned > coalesce(o.observed + o.failed + o.skipped, 0) AS lacks_outcomes,
    CASE WHEN lacks_outcomes THEN 'running' ELSE k.state END AS state,
    CASE WHEN NOT lacks_outcomes THEN k.ended_at END AS ended_at
FROM known_runs AS k
INNER JOIN ids AS i ON i.kind = 'run' AND i.key = k.key
LEFT JOIN (
    SELECT
        run_id,
        count(*) FILTER (WHERE outcome = 'observed') AS observed,
        count(*) FILTER (WHERE outcome = 'failed') AS failed,
        count(*) FILTER (WHERE outcome = 'skipped') AS skipped
    FROM outcomes
    GROUP BY run_id
) AS o ON o.run_id = i.id
