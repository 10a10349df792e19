-- One row per stored observation that is no longer valid.
SELECT
    o.account_id,
    o.run_id,
    r.sighted,
    o.valid_at,
    o.text_id
FROM observations AS o
INNER JOIN (
    SELECT
        run_id,
        sighted
    FROM outcomes_replaced
    UNION ALL
    SELECT
        run_id,
        sighted
    FROM sightings_superseded
    WHERE answer IS NULL
) AS r ON r.run_id = o.run_id AND r.sighted = coalesce(o.capture_id, o.account_id)
