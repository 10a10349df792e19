-- One row for the list $roster: the day of the version, and the last days about which evidence says anything of its people. Days are in the list's time zone.
WITH people AS (
    SELECT DISTINCT figure_id
    FROM memberships
    WHERE roster = $roster
),

evidence AS (
    SELECT 'look' AS means, s.last_seen_at AS until
    FROM seen_links AS s
    SEMI JOIN people AS p ON p.figure_id = s.figure_id
    UNION ALL
    SELECT 'look', l.looked_before - INTERVAL 1 MICROSECOND
    FROM looks AS l
    SEMI JOIN people AS p ON p.figure_id = l.figure_id
    UNION ALL
    SELECT CASE WHEN b.kind = 'listed' THEN 'list' ELSE 'report' END, coalesce(b.before, b.known_at) - INTERVAL 1 MICROSECOND
    FROM bounds AS b
    SEMI JOIN people AS p ON p.figure_id = b.figure_id
    WHERE b.kind IN ('stated', 'published', 'listed')
),

-- Nothing is known about days after that of the version, even if evidence names them.
days AS (
    SELECT
        r.roster,
        timezone(r.time_zone, v.published_at)::DATE AS last_day,
        -- The maker of a list looked. A reader of a report does not look.
        max(timezone(r.time_zone, e.until)::DATE) FILTER (WHERE e.means <> 'report') AS looked_on,
        max(timezone(r.time_zone, e.until)::DATE) AS told_on,
        -- Of several on the last day, a look is named before a list, and a list before a report.
        arg_max(e.means, (least(last_day, timezone(r.time_zone, e.until)::DATE), e.means = 'look', e.means = 'list')) AS told_by
    FROM rosters AS r
    CROSS JOIN versions AS v
    LEFT JOIN evidence AS e ON true
    WHERE r.roster = $roster
    GROUP BY r.roster, r.time_zone, v.published_at
)

SELECT
    d.last_day,
    least(d.last_day, coalesce(d.looked_on, r.as_of)) AS looked_on, -- The last day on which anybody looked; that of the list if nobody did
    least(d.last_day, coalesce(d.told_on, r.as_of)) AS known_on, -- The last day about which a look, a list or a report says something
    coalesce(d.told_by, 'list') AS known_by, -- Which of these says it
    r.time_zone,
    r.selection = 'census' AS is_census, -- Its percentages count members
    coalesce(r.complete_from, r.as_of) AS divided_from, -- on days from this one
    r.as_of AS divided_to -- to this one
FROM days AS d
INNER JOIN rosters AS r ON r.roster = d.roster
