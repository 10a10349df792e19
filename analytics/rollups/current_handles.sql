-- One row per account, with its latest known handle.
SELECT
    h.account_id,
    first(
        h.handle
        -- First what the platform shows or logs, then what a list says, then what an archive has; among these the latest,
        -- then a handle that has not ended.
        ORDER BY
            CASE WHEN h.kind = 'roster' THEN 1 WHEN h.kind = 'seen' AND s.last_live_at IS NULL THEN 2 ELSE 0 END,
            h.valid_to IS NOT NULL,
            h.valid_from DESC NULLS LAST,
            h.kind = 'seen',
            h.handle
    ) AS handle
FROM handles AS h
LEFT JOIN seen_accounts AS s ON s.account_id = h.account_id
GROUP BY h.account_id
