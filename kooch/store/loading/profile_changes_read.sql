-- One row per change of the words of an account's profile, from the time from which the account is read again.
SELECT
    account_id,
    valid_from,
    text_id
FROM (
    SELECT
        account_id,
        valid_from,
        text_id,
        is_new,
        lag(text_id) OVER (
            PARTITION BY account_id ORDER BY valid_from, is_new, recorded_at, run_id, capture_id
        ) IS NOT DISTINCT FROM text_id AS is_unchanged
    FROM (
        SELECT
            o.account_id,
            o.valid_at AS valid_from,
            o.recorded_at,
            o.run_id,
            o.capture_id,
            o.text_id,
            true AS is_new
        FROM observations AS o
        INNER JOIN accounts_read_anew AS r ON r.account_id = o.account_id AND r.since <= o.valid_at
        WHERE o.text_id IS NOT NULL
        UNION ALL
        -- The words that the profile had before.
        SELECT
            c.account_id,
            max(c.valid_from),
            NULL,
            NULL,
            NULL,
            arg_max(c.text_id, (c.valid_from, c.rowid)),
            false
        FROM profile_changes AS c
        INNER JOIN accounts_read_anew AS r ON r.account_id = c.account_id AND c.valid_from < r.since
        GROUP BY c.account_id
    )
)
WHERE is_new AND NOT is_unchanged
