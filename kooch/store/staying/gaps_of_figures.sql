-- One row per stretch of signs that show an account of a figure there, by answers or by a list's versions; instants and gap in microseconds.
WITH version_days AS (
    SELECT DISTINCT roster, unnest([first_listed, last_listed, not_listed_before, not_listed_after]) AS day
    FROM series
),

-- A version at which no run begins or ends has no day here. So a real gap may have been shorter, and never longer.
listed_days AS (
    SELECT
        s.figure_id,
        s.platform,
        s.account_id,
        s.first_listed,
        s.last_listed,
        r.time_zone,
        v.day - lag(v.day) OVER (
            PARTITION BY s.roster, s.figure_id, s.platform, s.account_id, s.first_listed, s.last_listed ORDER BY v.day
        ) AS days
    FROM series AS s
    INNER JOIN rosters AS r ON r.roster = s.roster
    INNER JOIN version_days AS v ON v.roster = s.roster AND v.day BETWEEN s.first_listed AND s.last_listed
    WHERE s.stands AND r.series_vouches
)

SELECT l.figure_id, a.platform, g.account_id, epoch_us(g.first_at) AS first_at, epoch_us(g.last_at) AS last_at, g.longest_gap
FROM sign_gaps AS g
INNER JOIN links AS l ON l.account_id = g.account_id
INNER JOIN accounts AS a ON a.account_id = g.account_id
UNION ALL
SELECT
    d.figure_id,
    d.platform,
    d.account_id,
    epoch_us(timezone(d.time_zone, d.first_listed::TIMESTAMP)),
    epoch_us(timezone(d.time_zone, d.last_listed::TIMESTAMP)),
    max(d.days) * 86_400_000_000
FROM listed_days AS d
SEMI JOIN links AS l ON l.figure_id = d.figure_id AND l.account_id = d.account_id
WHERE d.days IS NOT NULL
GROUP BY d.figure_id, d.platform, d.account_id, d.first_listed, d.last_listed, d.time_zone
