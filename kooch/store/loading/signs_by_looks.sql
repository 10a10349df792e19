-- One row per account and series of answers of crawls that show it there. What people saw is a bound already.
SELECT
    account_id,
    min(valid_at) AS first_at,
    arg_min(run_id, valid_at) AS first_run_id,
    arg_min(recorded_at, valid_at) AS first_known_at,
    max(valid_at) AS last_at,
    arg_max(run_id, valid_at) AS last_run_id,
    arg_max(recorded_at, valid_at) AS last_known_at,
    count(*) AS signs,
    bit_xor(hash(valid_at)) AS digest
FROM observations
WHERE account_id NOT IN (SELECT account_id FROM account_looks)
GROUP BY account_id
UNION ALL
SELECT
    account_id,
    min(valid_at),
    arg_min(run_id, valid_at),
    arg_min(recorded_at, valid_at),
    max(valid_at),
    arg_max(run_id, valid_at),
    arg_max(recorded_at, valid_at),
    count(*),
    bit_xor(hash(valid_at))
FROM account_looks
WHERE is_there AND run_id IS NOT NULL
GROUP BY account_id, stretch
