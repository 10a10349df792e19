-- One row per list and platform: how many figures of the list were searched for there, and with what result.
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
    SELECT s.figure_id, a.platform, max(s.last_seen_at) AS last_seen_at
    FROM seen_links AS s
    INNER JOIN accounts AS a ON a.account_id = s.account_id
    GROUP BY s.figure_id, a.platform
)

SELECT
    p.roster,
    p.platform,
    count(*)::INTEGER AS figures,
    count(j.figure_id)::INTEGER AS joined, -- How many have an accepted account or a dated statement
    count(*) FILTER (WHERE j.figure_id IS NULL AND s.figure_id IS NOT NULL)::INTEGER AS absent, -- How many were searched for and are not there
    count(*) FILTER (WHERE j.figure_id IS NULL AND s.figure_id IS NULL)::INTEGER AS not_looked, -- How many were never searched for; nothing is known about them
    count(o.figure_id)::INTEGER AS observed, -- How many have at least one observation by Kooch, of an account while it was theirs
    max(o.last_seen_at) AS last_seen_at -- The time of the latest of these observations; NULL: none
FROM pairs AS p
INNER JOIN figures_of AS f ON f.roster = p.roster
LEFT JOIN first_joins AS j ON j.figure_id = f.figure_id AND j.platform = p.platform
LEFT JOIN (SELECT DISTINCT figure_id, platform FROM searches WHERE outcome = 'absent') AS s
    ON s.figure_id = f.figure_id AND s.platform = p.platform
LEFT JOIN seen AS o ON o.figure_id = f.figure_id AND o.platform = p.platform
GROUP BY p.roster, p.platform
ORDER BY p.roster, p.platform
