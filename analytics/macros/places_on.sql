-- One row per member and platform of a list: where it was as a day ended. The counts of `adoption` are sums of it.
-- of_roster: VARCHAR; the list.
-- on_day: DATE; in the list's time zone. Activity counts the days of UTC.
WITH members AS (
    SELECT DISTINCT figure_id
    FROM counted_memberships
    WHERE roster = of_roster AND coalesce(from_day <= on_day, true) AND coalesce(on_day < until_day, true)
),

edges AS (
    SELECT
        figure_id,
        platform,
        bool_or(edge = 'there_min') AS is_certain
    FROM edge_days(true)
    WHERE roster = of_roster AND edge IN ('there_min', 'there_max') AND from_day <= on_day AND on_day < until_day
    GROUP BY figure_id, platform
),

posting AS (
    SELECT
        l.figure_id,
        a.platform,
        CASE WHEN bool_or(s.is_active) THEN true WHEN count(s.is_active) = count(*) THEN false END AS is_active
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    LEFT JOIN active28 AS s ON s.account_id = l.account_id AND s.from_day <= on_day AND on_day < s.until_day
    WHERE l.state = 'accepted'
    GROUP BY l.figure_id, a.platform
),

pasts AS (
    SELECT
        s.figure_id,
        s.platform,
        arg_max(s.ended_by, s.ended_before) FILTER (
            WHERE s.ended_before <= timezone(r.time_zone, (on_day + 1)::TIMESTAMP)
        ) AS ended_by
    FROM stays AS s
    CROSS JOIN (SELECT time_zone FROM rosters WHERE roster = of_roster) AS r
    WHERE s.stay > 0
    GROUP BY s.figure_id, s.platform
),

absences AS (
    SELECT DISTINCT b.figure_id, b.platform
    FROM bounds AS b
    CROSS JOIN (SELECT time_zone FROM rosters WHERE roster = of_roster) AS r
    WHERE
        b.event = 'absent'
        AND timezone(r.time_zone, coalesce(b.not_before, b.before - INTERVAL 1 MICROSECOND, b.known_at))::DATE - 30 <= on_day
        AND timezone(r.time_zone, coalesce(least(b.before, b.known_at), b.known_at) - INTERVAL 1 MICROSECOND)::DATE + 30
        >= on_day
)

SELECT
    m.figure_id,
    c.platform,
    CASE
        WHEN e.is_certain THEN CASE WHEN p.is_active IS NULL THEN 'there' WHEN p.is_active THEN 'active' ELSE 'silent' END
        WHEN e.figure_id IS NOT NULL THEN 'perhaps'
        WHEN t.ended_by = 'owner' THEN 'left'
        WHEN t.ended_by = 'platform' THEN 'ended'
        WHEN t.ended_by = 'unknown' THEN 'not found'
        WHEN t.figure_id IS NOT NULL THEN 'before'
        WHEN a.figure_id IS NOT NULL THEN 'absent'
        ELSE 'not looked'
    END AS place, -- active and silent (there; by active28@1), there (of its posts nothing is known), perhaps (there: no source excludes it); left, ended (by the platform), not found (nobody says whose act); before (it joined later), absent (somebody looked within 30 days), not looked
    place IN ('active', 'silent', 'there') AS is_there,
    place IN ('perhaps', 'not looked') AS is_unknown
FROM members AS m
CROSS JOIN (SELECT platform FROM coverage WHERE roster = of_roster) AS c
LEFT JOIN edges AS e ON e.figure_id = m.figure_id AND e.platform = c.platform
LEFT JOIN posting AS p ON p.figure_id = m.figure_id AND p.platform = c.platform
LEFT JOIN pasts AS t ON t.figure_id = m.figure_id AND t.platform = c.platform
LEFT JOIN absences AS a ON a.figure_id = m.figure_id AND a.platform = c.platform
