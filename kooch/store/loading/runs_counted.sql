-- One row per run, with its outcomes counted. One that has ended and lacks outcomes, because a batch was broken or lost, is
-- running again: the next crawl continues it. A settled one has no targets to be continued with, and is given up.
WITH outcomes_of_runs AS (
    SELECT
        run_id,
        count(*) AS n,
        count(*) FILTER (WHERE outcome = 'observed') AS observed,
        count(*) FILTER (WHERE outcome = 'failed') AS failed,
        count(*) FILTER (WHERE outcome = 'skipped') AS skipped
    FROM outcomes
    GROUP BY run_id
),

known_runs_with_outcomes AS (
    SELECT
        i.id AS run_id,
        k.* EXCLUDE (is_being_cut)
        -- A suppression takes outcomes of a settled run alone, which has no targets to take with them.
        REPLACE (CASE WHEN k.is_settled AND k.is_being_cut THEN least(k.planned, coalesce(o.n, 0)) ELSE k.planned END AS planned),
        coalesce(o.n, 0) AS n_outcomes,
        coalesce(o.observed, 0) AS observed,
        coalesce(o.failed, 0) AS failed,
        coalesce(o.skipped, 0) AS skipped
    FROM known_runs AS k
    INNER JOIN ids AS i ON i.kind = 'run' AND i.key = k.key
    LEFT JOIN outcomes_of_runs AS o ON o.run_id = i.id
)

SELECT
    k.* EXCLUDE (is_settled, n_outcomes, state, ended_at, skipped),
    k.state <> 'running' AND k.planned > k.n_outcomes AND NOT k.is_settled AS lacks_outcomes,
    k.state <> 'running' AND k.planned > k.n_outcomes AND k.is_settled AS is_given_up,
    CASE WHEN lacks_outcomes THEN 'running' WHEN is_given_up THEN 'aborted' ELSE k.state END AS state,
    CASE WHEN NOT lacks_outcomes THEN k.ended_at END AS ended_at,
    CASE WHEN is_given_up THEN k.planned - k.observed - k.failed ELSE k.skipped END AS skipped
FROM known_runs_with_outcomes AS k
