-- One row per account with the address of its profile, made from the platform's pattern and the latest handle.
SELECT
    a.account_id,
    replace(replace(replace(replace(
        p.pattern, '{handle}', h.handle), '{native_id}', coalesce(a.native_id, '')),
        '{user}', split_part(h.handle, '@', 1)), '{server}', split_part(h.handle, '@', 2)) AS url
FROM accounts AS a
INNER JOIN url_patterns AS p ON p.platform = a.platform
INNER JOIN current_handles AS h ON h.account_id = a.account_id
SEMI JOIN handles AS o ON o.account_id = h.account_id AND o.handle = h.handle AND o.valid_to IS NULL
