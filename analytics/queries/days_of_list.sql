-- One row: the day of the version, and the last day (in the list's time zone) on which anybody looked at somebody on the list $roster.
WITH people AS (
    SELECT DISTINCT figure_id
    FROM memberships
    WHERE roster = $roster
),

looks AS (
    SELECT s.last_seen_at AS looked_at
    FROM seen_links AS s
    SEMI JOIN people AS p ON p.figure_id = s.figure_id
    UNION ALL
    SELECT coalesce(b.before, b.known_at) - INTERVAL 1 MICROSECOND
    FROM bounds AS b
    SEMI JOIN people AS p ON p.figure_id = b.figure_id
    WHERE b.kind IN ('stated', 'listed', 'absent')
)

SELECT
    timezone(r.time_zone, v.published_at)::DATE AS last_day,
    least(last_day, coalesce(max(timezone(r.time_zone, l.looked_at)::DATE), r.as_of)) AS looked_on,
    r.time_zone,
    r.selection = 'census' AS is_census, -- Its percentages count members
    coalesce(r.complete_from, r.as_of) AS divided_from, -- on days from this one
    r.as_of AS divided_to -- to this one
FROM rosters AS r
CROSS JOIN versions AS v
LEFT JOIN looks AS l ON true
WHERE r.roster = $roster
GROUP BY r.roster, r.time_zone, r.selection, r.complete_from, r.as_of, v.published_at
