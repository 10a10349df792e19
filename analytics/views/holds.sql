-- One row per run in which an unusual share of accounts turned "gone" at once. The earlier name of doubtful_runs.
SELECT
    run_id,
    platform,
    started_at,
    newly_gone, -- How many accounts turned gone in the run, and were there when last seen
    observed, -- How many accounts had an answer in the run
    gone_share, -- newly_gone divided by observed
    is_holding -- Whether views still ignore these answers, because most of the accounts had no answer yet in a run at least a day later
FROM doubtful_runs
