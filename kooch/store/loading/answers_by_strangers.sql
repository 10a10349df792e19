-- One row per answer about a handle from another account than the handle's owner. It is nobody's observation.
SELECT
    a.answer,
    'the handle was that of ' || o.native_id || ' and is answered by ' || a.native_id AS detail
FROM answers AS a
INNER JOIN handle_owners AS o ON o.platform = a.platform AND o.handle = lower(a.target)
WHERE a.target LIKE '@%' AND a.outcome = 'observed' AND o.native_id <> a.native_id
