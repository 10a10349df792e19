-- One row per account that a list claims for a figure, by the names that the list has for it.
SELECT
    platform,
    native_id,
    folded AS handle, -- folded in Python like the key: no two libraries agree on every letter's lower case
    recorded_at AS seen_at
FROM listed_claims
UNION ALL
-- An id that a decision names need not have been met yet.
SELECT
    platform,
    new,
    NULL,
    decided_at
FROM same_accounts
