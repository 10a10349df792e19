-- One row per stretch of answers that ended a stay: two of one kind, a day apart.
WITH acts AS (
    SELECT
        account_id,
        stretch,
        act,
        min(valid_at) AS first_at,
        arg_min(run_id, (valid_at, run_id)) AS run_id,
        min(valid_at) FILTER (WHERE confirms) AS confirmed_at,
        arg_min(recorded_at, (valid_at, run_id)) FILTER (WHERE confirms) AS known_at
    FROM account_looks
    WHERE act IS NOT NULL
    GROUP BY account_id, stretch, act
    HAVING bool_or(confirms)
)

SELECT
    account_id,
    stretch,
    -- What is confirmed first has ended the stay: a server clears away what it has suspended. What nobody explains is
    -- explained by a later answer.
    first(act ORDER BY act = 'unknown', confirmed_at) AS act,
    min(first_at) AS first_at,
    arg_min(run_id, first_at) AS run_id,
    min(known_at) AS known_at
FROM acts
GROUP BY account_id, stretch
