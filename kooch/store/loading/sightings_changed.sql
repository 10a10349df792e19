-- One row per account whose observations were added or removed, with the earliest time among them.
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
