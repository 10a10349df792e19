-- One row per series of answers that agree whether an account is there. Ends that no second look confirmed are left out.
WITH summed AS (
    SELECT
        account_id,
        stretch,
        is_there,
        min(valid_at) AS first_at,
        max(from_at) AS last_from_at,
        arg_min_null(run_id, (valid_at, run_id, source_id)) AS run_id,
        arg_min_null(source_id, (valid_at, run_id, source_id)) AS source_id,
        arg_min(recorded_at, (valid_at, run_id, source_id)) AS known_at
    FROM account_looks
    GROUP BY account_id, stretch, is_there
)

SELECT
    s.*,
    e.act, -- NULL: the account is there
    e.first_at AS end_first_at,
    e.run_id AS end_run_id,
    e.source_id AS end_source_id,
    e.known_at AS end_known_at,
    -- A doubtful series is left out, so the stay around it goes on.
    lag(s.last_from_at) OVER (PARTITION BY s.account_id ORDER BY s.stretch) AS before_at,
    lag(e.act) OVER (PARTITION BY s.account_id ORDER BY s.stretch) AS act_before
FROM summed AS s
LEFT JOIN account_ends AS e ON e.account_id = s.account_id AND e.stretch = s.stretch
WHERE s.is_there OR e.act IS NOT NULL
