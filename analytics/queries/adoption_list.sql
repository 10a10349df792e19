-- One row: what may be computed from the list $roster for $platform.
WITH version_days AS (
    SELECT timezone(r.time_zone, v.published_at)::DATE AS day
    FROM rosters AS r
    CROSS JOIN versions AS v
    WHERE r.roster = $roster
)

SELECT
    r.selection,
    r.as_of,
    r.population,
    (
        SELECT max(s.series_until)
        FROM listed_spans AS s
        WHERE s.roster = $roster AND s.platform = $platform
    ) AS series_until, -- Up to this day the list's versions count; NULL: evidence on each account does
    coalesce(r.series_label, 'accounts') AS series_label,
    r.series_vouches,
    r.withdrawal,
    c.figures,
    c.joined,
    c.absent,
    c.not_looked,
    least(v.day, p.closed) AS last_day, -- Of the version, or of the platform
    coalesce(
        (
            SELECT arg_max(a.there_min IS NOT NULL, a.day)
            FROM adoption AS a
            WHERE a.roster = $roster AND a.platform = $platform AND a.day <= v.day
        ),
        false
    ) AS is_looked_at, -- Whether it can be said who is there on the day of the version
    (
        SELECT max(s.longest_gap_days)
        FROM stays AS s
        SEMI JOIN memberships AS m ON m.figure_id = s.figure_id AND m.roster = $roster
        WHERE s.platform = $platform
    ) AS longest_gap_days,
    EXISTS (
        FROM adoption_without_presumptions AS a
        WHERE a.roster = $roster AND a.platform = $platform
    ) AS has_presumptions,
    (
        SELECT list(b.breakdown ORDER BY b.breakdown)
        FROM (
            SELECT breakdown
            FROM adoption_parts
            WHERE roster = $roster AND platform = $platform
            GROUP BY breakdown
            HAVING count(DISTINCT part) > 1
        ) AS b
    ) AS breakdowns -- Those with more than one part
FROM coverage AS c
INNER JOIN rosters AS r ON r.roster = c.roster
CROSS JOIN version_days AS v
LEFT JOIN platforms AS p ON p.platform = c.platform
WHERE c.roster = $roster AND c.platform = $platform
