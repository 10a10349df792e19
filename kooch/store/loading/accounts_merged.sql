-- One row per account that turns out to be another: known by its handle only, or by an id that it no longer has.
SELECT
    h.account_id,
    min(n.id) AS merged_into
FROM handles_without_id AS h
INNER JOIN ids AS n ON n.kind = 'account' AND n.key = h.native_key
WHERE h.account_id <> n.id
GROUP BY h.account_id
UNION ALL
SELECT
    o.account_id,
    n.account_id AS merged_into
FROM same_accounts AS s
INNER JOIN accounts AS o ON o.platform = s.platform AND o.native_id = s.old AND o.merged_into IS NULL
INNER JOIN accounts AS n ON n.platform = s.platform AND n.native_id = s.new AND n.merged_into IS NULL
WHERE s.old <> s.new
