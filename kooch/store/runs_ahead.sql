-- One row per run that observed something after $latest: how many, and the latest, in seconds since 1970.
SELECT o.run_id, r.platform, count(*), epoch(max(o.valid_at))
FROM observations AS o
-- Only accounts with such observations are read, and they are few.
SEMI JOIN (SELECT account_id FROM seen_accounts WHERE last_seen_at > $latest) AS s ON s.account_id = o.account_id
INNER JOIN runs AS r ON r.run_id = o.run_id
WHERE o.valid_at > $latest
GROUP BY o.run_id, r.platform
ORDER BY o.run_id
