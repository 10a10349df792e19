-- One row per account, handle and period in which answers showed it, for accounts that are read again.
SELECT
    account_id,
    handle,
    valid_from,
    lead(valid_from) OVER (PARTITION BY account_id ORDER BY valid_from, change) AS valid_to,
    'seen' AS kind
FROM (
    SELECT
        c.account_id,
        t.handle,
        c.valid_from,
        c.rowid AS change,
        lag(t.handle) OVER (PARTITION BY c.account_id ORDER BY c.valid_from, c.rowid) IS NOT DISTINCT FROM t.handle
            AS is_unchanged
    FROM profile_changes AS c
    SEMI JOIN accounts_read_anew AS r ON r.account_id = c.account_id
    INNER JOIN texts AS t ON t.text_id = c.text_id
)
WHERE NOT is_unchanged
