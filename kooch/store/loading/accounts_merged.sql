-- One row per account known by its handle only that turns out to be another account.
SELECT
    h.account_id,
    min(n.id) AS merged_into
FROM handles_without_id AS h
INNER JOIN ids AS n ON n.kind = 'account' AND n.key = h.native_key
WHERE h.account_id <> n.id
GROUP BY h.account_id
