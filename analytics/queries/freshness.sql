-- One row per roster and platform: how many were looked for and seen, and when a crawl saw one of them last.
WITH seen AS (
    SELECT m.roster, p.platform, max(p.last_live_at) AS last_live_at
    FROM memberships AS m
    INNER JOIN presence AS p ON p.figure_id = m.figure_id
    GROUP BY m.roster, p.platform
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
