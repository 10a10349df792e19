"""When an account was left, and returned to: bounds read off its observations, once a second look has confirmed them.

One answer that says "gone" may be the platform's fault. Only two such answers 24 hours apart, with none between that
says otherwise, make a departure; both stay in `observations` whatever comes.
"""

import duckdb

CONFIRMED_AFTER_HOURS = 24
"""So far apart must the first and a later answer be that agree that an account is gone."""

# Deleting or deactivating is the owner's act. Suspension and the end of a platform end a stay without a departure.
_DEPARTURES = f"""
CREATE OR REPLACE TEMP TABLE stretches AS
WITH changing AS (
    SELECT account_id
    FROM observations
    GROUP BY account_id
    HAVING min(status) <> max(status)
),

looks AS (
    SELECT
        o.account_id,
        o.valid_at,
        o.run_id,
        o.recorded_at,
        o.status IN ('not_found', 'deleted', 'deactivated', 'suspended', 'platform_closed') AS is_gone,
        o.status IN ('deleted', 'deactivated') AS is_left
    FROM observations AS o
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

summed AS (
    SELECT
        account_id,
        stretch,
        is_gone,
        min(valid_at) AS first_at,
        max(valid_at) AS last_at,
        arg_min(run_id, (valid_at, run_id)) AS run_id,
        arg_min(recorded_at, (valid_at, run_id)) AS known_at,
        min(valid_at) FILTER (WHERE is_left) AS left_at,
        arg_min(run_id, (valid_at, run_id)) FILTER (WHERE is_left) AS left_run_id,
        arg_min(recorded_at, (valid_at, run_id)) FILTER (WHERE is_left) AS left_known_at,
        -- What was said last counts; and of the owner's act, too, one answer is not enough.
        arg_max(is_left, (valid_at, run_id)) AND last_at - left_at >= INTERVAL {CONFIRMED_AFTER_HOURS} HOURS AS is_left
    FROM numbered
    GROUP BY account_id, stretch, is_gone
)

-- A doubtful stretch of "gone" is passed over: the stay around it goes on.
SELECT * FROM summed WHERE NOT is_gone OR last_at - first_at >= INTERVAL {CONFIRMED_AFTER_HOURS} HOURS;

DELETE FROM account_bounds WHERE kind IN ('gone', 'returned');

INSERT INTO account_bounds
SELECT account_id, 'left', before_at, left_at, 'gone', left_run_id, left_known_at
FROM (
    SELECT *, lag(last_at) OVER (PARTITION BY account_id ORDER BY stretch) AS before_at FROM stretches
)
WHERE is_left AND before_at IS NOT NULL;

INSERT INTO account_bounds
SELECT account_id, 'joined', before_at, first_at + INTERVAL 1 MICROSECOND, 'returned', run_id, known_at
FROM (
    SELECT
        *,
        lag(last_at) OVER (PARTITION BY account_id ORDER BY stretch) AS before_at,
        lag(is_left) OVER (PARTITION BY account_id ORDER BY stretch) AS was_left
    FROM stretches
)
WHERE NOT is_gone AND was_left AND stretch > 2
"""


def store_departures(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the bounds of the kinds `gone` and `returned` anew, inside the caller's transaction."""
    connection.execute(_DEPARTURES)
