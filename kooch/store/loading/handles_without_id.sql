-- One row per account known only by its handle, and native id that an answer has beside the handle.
-- This is a separate table because in one query with the ids DuckDB first joins `ids` to itself, which takes gigabytes.
SELECT
    p.native_key,
    h.id AS account_id
FROM names_met_together AS p
INNER JOIN ids AS h ON h.kind = 'account' AND h.key = p.handle_key
INNER JOIN accounts AS a ON a.account_id = h.id AND a.native_id IS NULL AND a.merged_into IS NULL
WHERE p.native_key IS NOT NULL
