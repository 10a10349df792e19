-- One row per batch of this load.
SELECT
    batch_id,
    now() AS loaded_at,
    count(*) AS rows
FROM incoming
GROUP BY batch_id
