-- One row per return of an account after an end that looks have confirmed.
SELECT
    account_id,
    'joined' AS event,
    before_at AS not_before,
    -- People saw it before the end of the time of their look.
    CASE WHEN run_id IS NULL THEN first_at ELSE first_at + INTERVAL 1 MICROSECOND END AS before,
    'returned' AS kind,
    run_id,
    source_id,
    known_at
FROM account_stretches
WHERE is_there AND act_before IS NOT NULL
