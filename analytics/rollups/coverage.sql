-- One row per roster and platform: how many of its figures were looked for there, and with what result.
WITH figures_of AS (
    SELECT DISTINCT roster, figure_id
    FROM memberships
),

pairs AS (
    SELECT DISTINCT f.roster, j.platform
    FROM figures_of AS f
    INNER JOIN (SELECT figure_id, platform FROM first_joins UNION SELECT figure_id, platform FROM searches) AS j
        ON j.figure_id = f.figure_id
),

seen AS (
    SELECT l.figure_id, a.platform, max(s.last_seen_at) AS last_seen_at
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN seen_accounts AS s ON s.account_id = l.account_id
    GROUP BY l.figure_id, a.platform
)

SELECT
    p.roster,
    p.platform,
    count(*)::INTEGER AS figures,
    count(j.figure_id)::INTEGER AS joined, -- With an accepted account or a dated statement
    count(*) FILTER (WHERE j.figure_id IS NULL AND s.figure_id IS NOT NULL)::INTEGER AS absent, -- Searched and not there
    count(*) FILTER (WHERE j.figure_id IS NULL AND s.figure_id IS NULL)::INTEGER AS not_looked, -- Never searched: nothing is known
    count(o.figure_id)::INTEGER AS observed, -- With at least one observation by Kooch
    max(o.last_seen_at) AS last_seen_at
FROM pairs AS p
INNER JOIN figures_of AS f ON f.roster = p.roster
LEFT JOIN first_joins AS j ON j.figure_id = f.figure_id AND j.platform = p.platform
LEFT JOIN (SELECT DISTINCT figure_id, platform FROM searches WHERE outcome = 'absent') AS s
    ON s.figure_id = f.figure_id AND s.platform = p.platform
LEFT JOIN seen AS o ON o.figure_id = f.figure_id AND o.platform = p.platform
GROUP BY p.roster, p.platform
ORDER BY p.roster, p.platform
