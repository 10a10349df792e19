-- One row per account of which observations came or went, with the earliest time among them.
SELECT
    account_id,
    min(valid_at) AS since
FROM (
    SELECT
        account_id,
        valid_at
    FROM sightings_new
    UNION ALL
    SELECT
        account_id,
        valid_at
    FROM observations_taken_back
)
GROUP BY account_id
