-- One row per target that arrived without an observation.
SELECT
    run_id,
    platform,
    target_id AS target,
    asked_handle,
    cause,
    http_status,
    attempts,
    recorded_at AS failed_at,
    detail
FROM outcomes_accepted
WHERE outcome <> 'observed'
