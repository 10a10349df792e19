-- One row per roster, platform and day on which the count can change: how many figures have joined by the end of that day.
-- Days are in the roster's time zone. Between two rows nothing changes.
WITH figures_of AS (
    SELECT DISTINCT m.roster, m.figure_id, r.time_zone, r.as_of, r.complete_from, r.selection
    FROM memberships AS m
    INNER JOIN rosters AS r ON r.roster = m.roster
),

joined AS (
    SELECT
        f.roster,
        f.figure_id,
        j.platform,
        -- Certainly there from the day on which the last possible instant lies; possibly from that of the first.
        timezone(f.time_zone, j.joined_before - INTERVAL 1 MICROSECOND)::DATE AS certain_from,
        coalesce(timezone(f.time_zone, j.joined_not_before)::DATE, p.opened, '-infinity'::DATE) AS possible_from
    FROM figures_of AS f
    INNER JOIN first_joins AS j ON j.figure_id = f.figure_id
    LEFT JOIN platforms AS p ON p.platform = j.platform
),

days AS (
    SELECT roster, platform, certain_from AS day FROM joined WHERE certain_from IS NOT NULL
    UNION
    SELECT roster, platform, possible_from FROM joined WHERE isfinite(possible_from)
    UNION
    SELECT c.roster, c.platform, unnest([r.complete_from, r.as_of])
    FROM coverage AS c
    INNER JOIN rosters AS r ON r.roster = c.roster
    UNION
    -- Terms begin and end: with everybody listed, leavers included, the denominator moves too.
    SELECT c.roster, c.platform, unnest([m.from_day, m.to_day + 1])
    FROM coverage AS c
    INNER JOIN rosters AS r ON r.roster = c.roster
    INNER JOIN memberships AS m ON m.roster = c.roster
    WHERE r.complete_from IS NOT NULL
),

-- A roster that is complete since a day has members who come and go; any other has its figures, whatever the day.
present AS (
    SELECT DISTINCT d.roster, d.platform, d.day, m.figure_id
    FROM (SELECT DISTINCT roster, platform, day FROM days WHERE isfinite(day)) AS d
    INNER JOIN rosters AS r ON r.roster = d.roster
    INNER JOIN memberships AS m ON m.roster = d.roster
    WHERE
        r.complete_from IS NULL
        OR (d.day >= r.complete_from AND coalesce(m.from_day <= d.day, true) AND coalesce(m.to_day >= d.day, true))
),

counted AS (
    SELECT
        p.roster,
        p.platform,
        p.day,
        count(*) AS members,
        count(*) FILTER (WHERE j.figure_id IS NULL AND s.figure_id IS NULL) AS not_looked,
        count(*) FILTER (WHERE j.certain_from <= p.day) AS joined_min,
        count(*) FILTER (WHERE j.possible_from <= p.day) AS joined_max
    FROM present AS p
    LEFT JOIN joined AS j ON j.roster = p.roster AND j.platform = p.platform AND j.figure_id = p.figure_id
    LEFT JOIN (SELECT DISTINCT figure_id, platform FROM searches WHERE outcome = 'absent') AS s
        ON s.figure_id = p.figure_id AND s.platform = p.platform
    GROUP BY p.roster, p.platform, p.day
)

SELECT
    c.roster,
    c.platform,
    c.day, -- In the roster's time zone
    c.members::INTEGER AS members, -- Figures on the roster that day
    c.not_looked::INTEGER AS not_looked, -- Of them never searched on the platform: nothing is known
    c.joined_min::INTEGER AS joined_min, -- Certainly there by the end of the day
    c.joined_max::INTEGER AS joined_max, -- Possibly there by the end of the day
    NULL::DOUBLE AS joined_estimate, -- Reserved: a Turnbull estimate, only for a census dated by the platforms themselves
    CASE WHEN is_divisible THEN c.joined_min / c.members END AS share_min, -- NULL: the roster may not be divided on that day
    CASE WHEN is_divisible THEN c.joined_max / c.members END AS share_max
FROM (
    SELECT
        counted.*,
        -- A share needs a census, on a day for which it is complete, nine tenths of it searched.
        r.selection = 'census'
        AND counted.day BETWEEN coalesce(r.complete_from, r.as_of) AND r.as_of
        AND counted.not_looked <= 0.1 * counted.members AS is_divisible
    FROM counted
    INNER JOIN rosters AS r ON r.roster = counted.roster
) AS c
ORDER BY c.roster, c.platform, c.day
