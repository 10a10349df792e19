-- One row per open platform of the lists $rosters that a crawl has reached: when it last reached an account of these lists, whoever held it then.
SELECT coalesce(p.name, a.platform) AS platform, max(s.last_live_at) AS last_at
FROM seen_accounts AS s
INNER JOIN accounts AS a ON a.account_id = s.account_id
INNER JOIN links AS l ON l.account_id = s.account_id
SEMI JOIN memberships AS m ON m.figure_id = l.figure_id AND list_contains($rosters, m.roster)
LEFT JOIN platforms AS p ON p.platform = a.platform
WHERE p.closed IS NULL
GROUP BY ALL
HAVING last_at IS NOT NULL
ORDER BY platform
