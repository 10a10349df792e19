-- One row per platform that was ever crawled: when a crawl last saw an accepted account there, whoever had it; NULL: never.
WITH seen AS (
    SELECT a.platform, max(s.last_live_at) AS last_live_at
    FROM seen_accounts AS s
    INNER JOIN accounts AS a ON a.account_id = s.account_id
    SEMI JOIN links AS l ON l.account_id = s.account_id
    GROUP BY a.platform
)

SELECT r.platform, s.last_live_at
FROM (SELECT DISTINCT platform FROM runs WHERE source = 'live') AS r
LEFT JOIN seen AS s ON s.platform = r.platform
