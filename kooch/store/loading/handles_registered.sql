-- One row per handle and period of an account, as its registry tells.
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
