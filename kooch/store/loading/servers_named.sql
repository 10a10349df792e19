-- One row per account whose platform named its server, with the account's number there. The latest answer counts.
SELECT
    account_id,
    arg_max(server, (valid_at, recorded_at, run_id)) AS server,
    arg_max(local_id, (valid_at, recorded_at, run_id)) FILTER (WHERE local_id IS NOT NULL) AS local_id,
    max(valid_at) AS read_at
FROM registry_answers
WHERE server IS NOT NULL
GROUP BY account_id
