-- One row per account that a list claims for a figure, with the names that the list has for it.
SELECT
    platform,
    native_id,
    folded AS handle, -- folded in Python like the key, because libraries differ in the lower case of some letters
    recorded_at AS seen_at
FROM listed_claims
UNION ALL
-- A decision may name an id that no answer has had yet.
SELECT
    platform,
    new,
    NULL,
    decided_at
FROM same_accounts
