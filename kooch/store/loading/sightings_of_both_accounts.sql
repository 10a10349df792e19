-- One row per observation that is removed: its run saw one account under several ids or handles, and an earlier observation is kept.
SELECT
    o.run_id,
    o.account_id
FROM observations AS o
LEFT JOIN accounts_merged AS m ON m.account_id = o.account_id
WHERE
    o.capture_id IS NULL
    AND coalesce(m.merged_into, o.account_id) IN (SELECT merged_into FROM accounts_merged)
QUALIFY
    row_number() OVER (
        PARTITION BY o.run_id, coalesce(m.merged_into, o.account_id)
        ORDER BY o.valid_at, o.account_id
    ) > 1
