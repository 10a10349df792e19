-- One row: the day of the version, and the last days (in the list's time zone) of which anything is known of the people of the list $roster.
WITH people AS (
    SELECT DISTINCT figure_id
    FROM memberships
    WHERE roster = $roster
),

evidence AS (
    SELECT true AS is_look, s.last_seen_at AS until
    FROM seen_links AS s
    SEMI JOIN people AS p ON p.figure_id = s.figure_id
    UNION ALL
    SELECT true, l.looked_before - INTERVAL 1 MICROSECOND
    FROM looks AS l
    SEMI JOIN people AS p ON p.figure_id = l.figure_id
    UNION ALL
    -- The maker of a list looked. A reader of a report does not look.
    SELECT b.kind = 'listed', coalesce(b.before, b.known_at) - INTERVAL 1 MICROSECOND
    FROM bounds AS b
    SEMI JOIN people AS p ON p.figure_id = b.figure_id
    WHERE b.kind IN ('stated', 'listed')
),

-- Nothing is known about days after that of the version, even if evidence names them.
days AS (
    SELECT
        r.roster,
        timezone(r.time_zone, v.published_at)::DATE AS last_day,
        least(last_day, max(timezone(r.time_zone, e.until)::DATE) FILTER (WHERE e.is_look)) AS looked_on,
        least(last_day, max(timezone(r.time_zone, e.until)::DATE)) AS told_on
    FROM rosters AS r
    CROSS JOIN versions AS v
    LEFT JOIN evidence AS e ON true
    WHERE r.roster = $roster
    GROUP BY r.roster, r.time_zone, v.published_at
)

SELECT
    d.last_day,
    coalesce(d.looked_on, least(d.last_day, r.as_of)) AS looked_on, -- The last day on which anybody looked; that of the list if nobody did
    coalesce(d.told_on, least(d.last_day, r.as_of)) AS known_on, -- The last day about which a look, a list or a report says something
    CASE WHEN d.looked_on = d.told_on THEN 'look' WHEN d.told_on IS NULL THEN 'list' ELSE 'report' END AS known_by, -- Which of these says it
    r.time_zone,
    r.selection = 'census' AS is_census, -- Its percentages count members
    coalesce(r.complete_from, r.as_of) AS divided_from, -- on days from this one
    r.as_of AS divided_to -- to this one
FROM days AS d
INNER JOIN rosters AS r ON r.roster = d.roster
