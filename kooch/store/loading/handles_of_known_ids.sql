-- One row per handle that this load met first beside a known id. The handle becomes a natural key of that account.
SELECT
    'account' AS kind,
    p.handle_key AS key,
    arg_min(n.id, (p.seen_at, n.id)) AS id
FROM names_met_together AS p
INNER JOIN ids AS n ON n.kind = 'account' AND n.key = p.native_key
ANTI JOIN ids AS h ON h.kind = 'account' AND h.key = p.handle_key
WHERE p.handle_key IS NOT NULL
GROUP BY p.handle_key
