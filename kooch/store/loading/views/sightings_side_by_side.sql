-- One row per observation that arrived, and per stored observation of the same account in the same run, or of the same page.
-- A stored observation has no answer.
SELECT
    CASE WHEN capture_id IS NULL THEN run_id ELSE 0 END AS of_run, -- a page is one observation, whichever run read it
    sighted,
    run_id,
    answer,
    target_id,
    asked_handle,
    capture_id,
    valid_at,
    recorded_at
FROM outcomes_accepted
WHERE outcome = 'observed' AND NOT is_look
UNION ALL
SELECT
    CASE WHEN o.capture_id IS NULL THEN o.run_id ELSE 0 END,
    coalesce(o.capture_id, o.account_id),
    o.run_id,
    NULL,
    NULL,
    NULL,
    o.capture_id,
    o.valid_at,
    o.recorded_at
FROM observations AS o
SEMI JOIN (
    SELECT
        a.run_id,
        a.account_id
    FROM outcomes_accepted AS a
    SEMI JOIN runs_continued AS c ON c.run_id = a.run_id
    WHERE a.outcome = 'observed' AND a.capture_id IS NULL
) AS a ON a.run_id = o.run_id AND a.account_id = o.account_id
ANTI JOIN outcomes_replaced AS r ON r.run_id = o.run_id AND r.sighted = o.account_id
WHERE o.capture_id IS NULL
UNION ALL
SELECT
    0,
    o.capture_id,
    o.run_id,
    NULL,
    NULL,
    NULL,
    o.capture_id,
    o.valid_at,
    o.recorded_at
FROM observations AS o
SEMI JOIN outcomes_accepted AS a ON a.capture_id = o.capture_id AND a.outcome = 'observed'
ANTI JOIN outcomes_replaced AS r ON r.run_id = o.run_id AND r.sighted = o.capture_id
