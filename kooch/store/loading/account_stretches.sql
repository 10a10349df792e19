-- One row per stretch of looks at an account that agree on whether it is gone, with when the stretch before it ended.
WITH changing AS (
    SELECT account_id
    FROM observations
    GROUP BY account_id
    HAVING min(status) <> max(status)
    UNION
    SELECT account_id FROM account_bounds WHERE event = 'left'
),

looks AS (
    SELECT
        o.account_id,
        o.valid_at,
        o.run_id,
        o.recorded_at,
        t.is_gone,
        t.whose_act
    FROM observations AS o
    INNER JOIN statuses AS t ON t.status = o.status
    SEMI JOIN changing AS c ON c.account_id = o.account_id
),

turns AS (
    SELECT
        *,
        is_gone IS DISTINCT FROM lag(is_gone) OVER (PARTITION BY account_id ORDER BY valid_at, run_id) AS is_turn
    FROM looks
),

numbered AS (
    SELECT
        * EXCLUDE (is_turn),
        sum(is_turn::INTEGER) OVER (PARTITION BY account_id ORDER BY valid_at, run_id) AS stretch
    FROM turns
),

agreeing AS (
    SELECT
        *,
        valid_at - min(valid_at) OVER (PARTITION BY account_id, stretch, whose_act)
            >= to_hours(getvariable('confirmed_after_hours')) AS agrees
    FROM numbered
),

summed AS (
    SELECT
        account_id,
        stretch,
        is_gone,
        min(valid_at) AS first_at,
        max(valid_at) AS last_at,
        arg_min(run_id, (valid_at, run_id)) AS run_id,
        arg_min(recorded_at, (valid_at, run_id)) AS known_at,
        min(valid_at) FILTER (WHERE whose_act = 'owner') AS left_at,
        arg_min(run_id, (valid_at, run_id)) FILTER (WHERE whose_act = 'owner') AS left_run_id,
        arg_min(recorded_at, (valid_at, run_id)) FILTER (WHERE whose_act = 'owner') AS left_known_at,
        -- Deleting or deactivating is the owner's act; suspension and the end of a platform are not. Of the two, the one
        -- that is confirmed first has ended the stay: a server clears away what it has suspended.
        coalesce(
            min(valid_at) FILTER (WHERE agrees AND whose_act = 'owner')
            < coalesce(min(valid_at) FILTER (WHERE agrees AND whose_act = 'platform'), 'infinity'),
            false
        ) AS is_left
    FROM agreeing
    GROUP BY account_id, stretch, is_gone
)

SELECT
    *,
    lag(last_at) OVER (PARTITION BY account_id ORDER BY stretch) AS before_at
FROM summed
-- A doubtful stretch of "gone" is passed over: the stay around it goes on.
WHERE NOT is_gone OR last_at - first_at >= to_hours(getvariable('confirmed_after_hours'))
