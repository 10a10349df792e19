-- One row per return of an account after a departure by its owner.
SELECT
    account_id,
    'joined' AS event,
    before_at AS not_before,
    first_at + INTERVAL 1 MICROSECOND AS before,
    'returned' AS kind,
    run_id,
    known_at
FROM (
    SELECT
        *,
        lag(is_left) OVER (PARTITION BY account_id ORDER BY stretch) AS was_left
    FROM account_stretches
)
WHERE NOT is_gone AND was_left AND stretch > 2
