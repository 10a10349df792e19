-- One row per roster and platform: how many figures were searched for and seen, and when a crawl last saw an account of theirs, whoever held it then.
WITH seen AS (
    SELECT m.roster, a.platform, max(s.last_live_at) AS last_live_at
    FROM memberships AS m
    INNER JOIN links AS l ON l.figure_id = m.figure_id
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN seen_accounts AS s ON s.account_id = l.account_id
    GROUP BY m.roster, a.platform
)

SELECT
    r.title AS roster,
    coalesce(p.name, c.platform) AS platform,
    c.figures,
    c.joined,
    c.absent,
    c.not_looked,
    c.observed,
    s.last_live_at
FROM coverage AS c
INNER JOIN rosters AS r ON r.roster = c.roster
LEFT JOIN platforms AS p ON p.platform = c.platform
LEFT JOIN seen AS s ON s.roster = c.roster AND s.platform = c.platform
ORDER BY r.title, platform
