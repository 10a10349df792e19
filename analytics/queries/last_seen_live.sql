-- One row per platform that was ever crawled: when a crawl saw it last; NULL is never.
SELECT r.platform, max(p.last_live_at) AS last_live_at
FROM (SELECT DISTINCT platform FROM runs WHERE source = 'live') AS r
LEFT JOIN presence AS p ON p.platform = r.platform
GROUP BY r.platform
