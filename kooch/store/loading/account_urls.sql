-- One row per account, with the address of its profile by the platform's patterns and the latest handle; NULL: the pattern wants an id that is unknown.
WITH handles_in_use AS (
    SELECT h.account_id, h.handle
    FROM current_handles AS h
    SEMI JOIN handles AS o ON o.account_id = h.account_id AND o.handle = h.handle AND o.valid_to IS NULL
),

-- If an account has no id, the pattern for handles that begin as its own does.
patterns_of_handles AS (
    SELECT a.account_id, arg_max(p.pattern, length(p.beginning)) AS pattern
    FROM accounts AS a
    INNER JOIN handles_in_use AS h ON h.account_id = a.account_id
    INNER JOIN url_patterns AS p ON p.platform = a.platform AND starts_with(h.handle, p.beginning)
    WHERE a.native_id IS NULL
    GROUP BY a.account_id
)

SELECT
    a.account_id,
    CASE WHEN a.native_id IS NOT NULL OR NOT contains(coalesce(o.pattern, p.pattern), '{native_id}') THEN
        replace(replace(replace(replace(
            coalesce(o.pattern, p.pattern), '{handle}', coalesce(h.handle, '')), '{native_id}', coalesce(a.native_id, '')),
            '{user}', split_part(coalesce(h.handle, ''), '@', 1)), '{server}', split_part(coalesce(h.handle, ''), '@', 2))
    END AS url
FROM accounts AS a
INNER JOIN url_patterns AS p ON p.platform = a.platform AND p.beginning IS NULL
LEFT JOIN handles_in_use AS h ON h.account_id = a.account_id
LEFT JOIN patterns_of_handles AS o ON o.account_id = a.account_id
WHERE h.handle IS NOT NULL OR (contains(p.pattern, '{native_id}') AND NOT regexp_matches(p.pattern, '\{(handle|user|server)\}'))
