-- One row per run in which an unusual share of accounts turned "gone" at once: the earlier name of doubtful_runs.
SELECT
    run_id,
    platform,
    started_at,
    newly_gone,
    observed,
    gone_share,
    is_holding
FROM doubtful_runs
