-- One row per account known only by its handle whose id this load met first. If two ids claim the handle, the earliest answer counts.
SELECT
    arg_min(p.native_key, (p.seen_at, p.native_key)) AS native_key,
    h.id AS account_id
FROM names_met_together AS p
INNER JOIN ids AS h ON h.kind = 'account' AND h.key = p.handle_key
INNER JOIN accounts AS a ON a.account_id = h.id AND a.native_id IS NULL AND a.merged_into IS NULL
ANTI JOIN ids AS n ON n.kind = 'account' AND n.key = p.native_key
WHERE p.native_key IS NOT NULL
GROUP BY h.id
