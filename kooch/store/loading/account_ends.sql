-- One row per series of answers that ended a stay: two answers of one kind, a day apart.
WITH acts AS (
    SELECT
        account_id,
        stretch,
        act,
        min(valid_at) AS first_at,
        arg_min_null(run_id, (valid_at, run_id, source_id)) AS run_id,
        arg_min_null(source_id, (valid_at, run_id, source_id)) AS source_id,
        min(valid_at) FILTER (WHERE confirms) AS confirmed_at,
        arg_min(recorded_at, (valid_at, run_id, source_id)) FILTER (WHERE confirms) AS known_at
    FROM account_looks
    WHERE act IS NOT NULL
    GROUP BY account_id, stretch, act
    HAVING bool_or(confirms)
)

SELECT
    account_id,
    stretch,
    -- The act that is confirmed first has ended the stay, because a server later removes what it has suspended. A later
    -- answer explains an end that no answer explained.
    first(act ORDER BY act = 'unknown', confirmed_at) AS act,
    min(first_at) AS first_at,
    arg_min_null(run_id, (first_at, run_id, source_id)) AS run_id,
    arg_min_null(source_id, (first_at, run_id, source_id)) AS source_id,
    min(known_at) AS known_at
FROM acts
GROUP BY account_id, stretch
