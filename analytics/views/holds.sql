-- One row per run in which an unusual share of accounts turned "gone" at once: the earlier name of doubtful_runs.
SELECT
    run_id,
    platform,
    started_at,
    newly_gone, -- Accounts that were there when last seen
    observed, -- Accounts with an answer in the run
    gone_share, -- The one by the other
    is_holding -- Most of them had no answer yet in a run a day later or more
FROM doubtful_runs
