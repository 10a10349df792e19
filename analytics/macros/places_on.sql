-- One row per member and platform of a list: where the member was as a day ended. The counts of `adoption` are sums of these rows.
-- of_roster: VARCHAR; the list.
-- on_day: DATE; the day, in the list's time zone. Activity counts days in UTC.
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
    LEFT JOIN active28 AS s
        ON
            s.account_id = l.account_id
            AND s.from_day <= on_day
            AND on_day < s.until_day
            AND coalesce(l.first_day <= on_day - 27, true)
    WHERE l.state = 'accepted' AND coalesce(l.first_day <= on_day, true) AND coalesce(on_day < l.until_day, true)
    GROUP BY l.figure_id, a.platform
),

-- Those whose country blocked the platform on one of the 28 days.
blocked AS (
    SELECT DISTINCT f.figure_id, b.platform
    FROM blocks AS b
    INNER JOIN figures AS f ON f.country = b.country
    WHERE b.from_day <= on_day AND coalesce(b.to_day >= on_day - 27, true)
),

pasts AS (
    SELECT
        s.figure_id,
        s.platform,
        arg_max(s.ended_by, s.ended_before) FILTER (
            WHERE s.ended_before <= timezone(r.time_zone, (on_day + 1)::TIMESTAMP)
        ) AS ended_by,
        -- Nothing is known about the time before its only accounts were the figure's.
        coalesce(
            count(l.held_from) < count(*) OR timezone(any_value(r.time_zone), min(l.held_from))::DATE <= on_day,
            true
        ) AS is_known
    FROM stays AS s
    CROSS JOIN (SELECT time_zone FROM rosters WHERE roster = of_roster) AS r
    LEFT JOIN links AS l ON l.figure_id = s.figure_id AND l.account_id = s.account_id
    WHERE s.stay > 0
    GROUP BY s.figure_id, s.platform
),

-- Accounts that had been a figure's, and none that is.
handed_on AS (
    SELECT l.figure_id, a.platform
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    CROSS JOIN (SELECT timezone(time_zone, (on_day + 1)::TIMESTAMP) AS day_end FROM rosters WHERE roster = of_roster) AS r
    GROUP BY l.figure_id, a.platform
    HAVING bool_and(coalesce(l.held_until < r.day_end, false))
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
        WHEN e.is_certain THEN CASE
            WHEN p.is_active IS NULL THEN 'there'
            WHEN p.is_active THEN 'active'
            WHEN b.figure_id IS NOT NULL THEN 'blocked'
            ELSE 'silent'
        END
        WHEN e.figure_id IS NOT NULL THEN 'perhaps'
        WHEN t.ended_by = 'owner' THEN 'left'
        WHEN t.ended_by = 'platform' THEN 'ended'
        WHEN t.ended_by = 'unknown' THEN 'not found'
        WHEN h.figure_id IS NOT NULL THEN 'handed on'
        WHEN t.is_known THEN 'before'
        WHEN a.figure_id IS NOT NULL THEN 'absent'
        ELSE 'not looked'
    END AS place, -- active, silent (both there; by active28@1), blocked (there; silent while its country blocked the platform), there (nothing is known of its posts), perhaps (no source excludes that it is there), left, ended (by the platform), not found (nobody says by whom it ended), handed on (its list claims the account until an earlier day), before (it joined later), absent (somebody looked within 30 days) or not looked
    place IN ('active', 'silent', 'blocked', 'there') AS is_there,
    place IN ('perhaps', 'not looked') AS is_unknown
FROM members AS m
CROSS JOIN (SELECT platform FROM coverage WHERE roster = of_roster) AS c
LEFT JOIN edges AS e ON e.figure_id = m.figure_id AND e.platform = c.platform
LEFT JOIN posting AS p ON p.figure_id = m.figure_id AND p.platform = c.platform
LEFT JOIN blocked AS b ON b.figure_id = m.figure_id AND b.platform = c.platform
LEFT JOIN pasts AS t ON t.figure_id = m.figure_id AND t.platform = c.platform
LEFT JOIN handed_on AS h ON h.figure_id = m.figure_id AND h.platform = c.platform
LEFT JOIN absences AS a ON a.figure_id = m.figure_id AND a.platform = c.platform
