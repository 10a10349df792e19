-- One row per account that was seen active: it was there by then. Only the earliest observation gives a bound.
SELECT
    o.account_id,
    'joined' AS event,
    NULL::TIMESTAMPTZ AS not_before,
    min(o.valid_at) + INTERVAL 1 MICROSECOND AS before,
    'seen' AS kind,
    arg_min(o.run_id, (o.valid_at, o.run_id)) AS run_id,
    arg_min(o.recorded_at, (o.valid_at, o.run_id)) AS known_at
FROM observations AS o
SEMI JOIN accounts_to_read_again AS s ON s.account_id = o.account_id
WHERE o.status = 'active'
GROUP BY o.account_id
