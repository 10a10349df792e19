-- One row per account with the address of its profile, made from the platform's pattern and the latest handle; NULL: it has no id where the pattern wants one.
WITH handles_in_use AS (
    SELECT h.account_id, h.handle
    FROM current_handles AS h
    SEMI JOIN handles AS o ON o.account_id = h.account_id AND o.handle = h.handle AND o.valid_to IS NULL
)

SELECT
    a.account_id,
    CASE WHEN a.native_id IS NOT NULL OR NOT contains(p.pattern, '{native_id}') THEN
        replace(replace(replace(replace(
            p.pattern, '{handle}', coalesce(h.handle, '')), '{native_id}', coalesce(a.native_id, '')),
            '{user}', split_part(coalesce(h.handle, ''), '@', 1)), '{server}', split_part(coalesce(h.handle, ''), '@', 2))
    END AS url
FROM accounts AS a
INNER JOIN url_patterns AS p ON p.platform = a.platform
LEFT JOIN handles_in_use AS h ON h.account_id = a.account_id
WHERE h.handle IS NOT NULL OR (contains(p.pattern, '{native_id}') AND NOT regexp_matches(p.pattern, '\{(handle|user|server)\}'))
