"""When an account was left, and returned to: bounds read off its observations, once a second look has confirmed them.

One answer that says "gone" may be the platform's fault. Only two such answers 24 hours apart, with none between that
says otherwise, make a departure; both stay in `observations` whatever comes.
"""

import duckdb

CONFIRMED_AFTER_HOURS = 24
"""So far apart must the first and a later answer be that agree that an account is gone."""

# Deleting or deactivating is the owner's act; suspension and the end of a platform are not. Of the two, what is confirmed
# first has ended the stay: a server clears away what it has suspended.
_DEPARTURES = f"""
CREATE OR REPLACE TEMP TABLE stretches AS
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
        o.status IN ('not_found', 'deleted', 'deactivated', 'suspended', 'platform_closed') AS is_gone,
        CASE
            WHEN o.status IN ('deleted', 'deactivated') THEN 'owner'
            WHEN o.status IN ('suspended', 'platform_closed') THEN 'platform'
        END AS whose_act
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

agreeing AS (
    SELECT
        *,
        valid_at - min(valid_at) OVER (PARTITION BY account_id, stretch, whose_act)
            >= INTERVAL {CONFIRMED_AFTER_HOURS} HOURS AS agrees
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
        coalesce(
            min(valid_at) FILTER (WHERE agrees AND whose_act = 'owner')
            < coalesce(min(valid_at) FILTER (WHERE agrees AND whose_act = 'platform'), 'infinity'),
            false
        ) AS is_left
    FROM agreeing
    GROUP BY account_id, stretch, is_gone
)

-- A doubtful stretch of "gone" is passed over: the stay around it goes on.
SELECT *, lag(last_at) OVER (PARTITION BY account_id ORDER BY stretch) AS before_at
FROM summed
WHERE NOT is_gone OR last_at - first_at >= INTERVAL {CONFIRMED_AFTER_HOURS} HOURS;

DELETE FROM account_bounds WHERE kind IN ('gone', 'returned');

INSERT INTO account_bounds
SELECT account_id, 'left', before_at, left_at, 'gone', left_run_id, left_known_at
FROM stretches
WHERE is_left AND before_at IS NOT NULL;

INSERT INTO account_bounds
SELECT account_id, 'joined', before_at, first_at + INTERVAL 1 MICROSECOND, 'returned', run_id, known_at
FROM (SELECT *, lag(is_left) OVER (PARTITION BY account_id ORDER BY stretch) AS was_left FROM stretches)
WHERE NOT is_gone AND was_left AND stretch > 2;

CREATE OR REPLACE TEMP TABLE believed_bounds AS
SELECT b.*
FROM account_bounds AS b
WHERE
    b.event <> 'left'
    OR EXISTS (
        FROM stretches AS s
        WHERE
            s.account_id = b.account_id
            AND s.is_gone
            AND b.before > coalesce(s.before_at, '-infinity')
            AND coalesce(b.not_before, '-infinity') <= s.first_at
    )
"""


def store_departures(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the bounds of the kinds `gone` and `returned` anew, inside the caller's transaction.

    Leaves the table `believed_bounds`: those of `account_bounds` without a server's word that an account has ended, where
    looks have not confirmed that it was gone then.
    """
    connection.execute(_DEPARTURES)
