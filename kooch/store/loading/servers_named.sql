-- One row per account whose platform named its server: the latest telling counts.
SELECT
    account_id,
    arg_max(server, (valid_at, recorded_at, run_id)) AS server,
    max(valid_at) AS read_at
FROM facts_told
WHERE server IS NOT NULL
GROUP BY account_id
