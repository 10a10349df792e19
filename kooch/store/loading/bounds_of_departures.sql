-- One row per departure of an account by its owner that a second look has confirmed.
SELECT
    account_id,
    'left' AS event,
    before_at AS not_before,
    left_at AS before,
    'gone' AS kind,
    left_run_id AS run_id,
    left_known_at AS known_at
FROM account_stretches
WHERE is_left AND before_at IS NOT NULL
