-- One row per account and handle that a list has for it.
SELECT DISTINCT
    account_id,
    handle,
    NULL::TIMESTAMPTZ AS valid_from,
    NULL::TIMESTAMPTZ AS valid_to,
    'roster' AS kind
FROM claims_with_keys
WHERE handle IS NOT NULL
