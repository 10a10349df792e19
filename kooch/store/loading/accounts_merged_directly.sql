-- One row per account that turns out to be another account: it was known only by its handle, or by an id that it no longer has.
SELECT
    h.account_id,
    min(coalesce(n.merged_into, n.account_id)) AS merged_into
FROM handles_without_id AS h
INNER JOIN ids AS i ON i.kind = 'account' AND i.key = h.native_key
INNER JOIN accounts AS n ON n.account_id = i.id
WHERE h.account_id <> n.account_id
GROUP BY h.account_id
UNION ALL
SELECT
    o.account_id,
    coalesce(n.merged_into, n.account_id)
FROM same_accounts AS s
INNER JOIN accounts AS o ON o.platform = s.platform AND o.native_id = s.old AND o.merged_into IS NULL
INNER JOIN accounts AS n ON n.platform = s.platform AND n.native_id = s.new
WHERE s.old <> s.new AND o.account_id <> coalesce(n.merged_into, n.account_id)
