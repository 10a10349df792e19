-- One row per account, handle and period, from the account's registry.
SELECT
    account_id,
    span.handle,
    span.valid_from,
    span.valid_to,
    'registry' AS kind
FROM (
    SELECT
        account_id,
        unnest(spans) AS span
    FROM handle_histories
)
