-- One row per open platform of the lists $rosters that a crawl has ever reached: when it was reached last.
SELECT coalesce(p.name, c.platform) AS platform, max(c.last_seen_at) AS last_at
FROM coverage AS c
LEFT JOIN platforms AS p ON p.platform = c.platform
WHERE list_contains($rosters, c.roster) AND c.last_seen_at IS NOT NULL AND p.closed IS NULL
GROUP BY ALL
ORDER BY platform
