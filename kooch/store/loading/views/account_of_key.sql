-- One row per natural key of an account, with its account after all merges.
SELECT
    i.key,
    coalesce(a.merged_into, a.account_id) AS account_id
FROM ids AS i
INNER JOIN accounts AS a ON a.account_id = i.id
WHERE i.kind = 'account'
