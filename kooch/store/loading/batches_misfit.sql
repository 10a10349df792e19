-- One row per batch with rows that no crawl writes.
SELECT DISTINCT batch_id
FROM incoming
WHERE
    run IS DISTINCT FROM folder
    OR platform IS NULL
    OR target IS NULL
    OR outcome IS NULL
    OR valid_at IS NULL
    OR recorded_at IS NULL
    OR (outcome = 'observed') <> (status IS NOT NULL OR activity IS NOT NULL)
    OR (status IS NOT NULL AND activity IS NOT NULL)
