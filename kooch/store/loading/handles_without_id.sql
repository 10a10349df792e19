-- One row per account known by its handle only, and native id that was met beside the handle.
-- It is a table of its own: in one query with the ids, DuckDB joins `ids` to itself first, which takes gigabytes.
SELECT
    p.native_key,
    h.id AS account_id
FROM names_met_together AS p
INNER JOIN ids AS h ON h.kind = 'account' AND h.key = p.handle_key
INNER JOIN accounts AS a ON a.account_id = h.id AND a.native_id IS NULL AND a.merged_into IS NULL
WHERE p.native_key IS NOT NULL
