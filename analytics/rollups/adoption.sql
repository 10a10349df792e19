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

-- A census has members who come and go; any other roster has its figures, whatever the day.
terms AS (
    SELECT
        m.roster,
        m.figure_id,
        CASE WHEN r.complete_from IS NULL THEN '-infinity' ELSE coalesce(m.from_day, '-infinity') END::DATE AS from_day,
        CASE WHEN r.complete_from IS NULL THEN 'infinity' ELSE coalesce(m.to_day + 1, 'infinity') END::DATE AS until_day
    FROM memberships AS m
    INNER JOIN rosters AS r ON r.roster = m.roster
    WHERE
        r.selection <> 'census'
        OR r.complete_from IS NOT NULL
        -- It then knows its members on one day only.
        OR (coalesce(m.from_day <= r.as_of, true) AND coalesce(m.to_day >= r.as_of, true))
),

-- Two roles at one time are one stay on the roster.
joints AS (
    SELECT
        *,
        coalesce(from_day > max(until_day) OVER earlier, true) AS is_start
    FROM terms
    WINDOW earlier AS (
        PARTITION BY roster, figure_id ORDER BY from_day, until_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

stays AS (
    SELECT roster, figure_id, min(from_day) AS from_day, max(until_day) AS until_day
    FROM (
        SELECT
            *,
            sum(is_start::INTEGER) OVER (PARTITION BY roster, figure_id ORDER BY from_day, until_day) AS stay
        FROM joints
    )
    GROUP BY roster, figure_id, stay
),

looked AS (
    SELECT
        c.roster,
        c.platform,
        s.from_day,
        s.until_day,
        j.figure_id IS NULL AND a.figure_id IS NULL AS is_not_looked,
        greatest(s.from_day, j.certain_from) AS certain_from,
        greatest(s.from_day, j.possible_from) AS possible_from,
        j.certain_from < s.until_day AS is_certain,
        j.possible_from < s.until_day AS is_possible
    FROM coverage AS c
    INNER JOIN stays AS s ON s.roster = c.roster
    LEFT JOIN joined AS j ON j.roster = c.roster AND j.platform = c.platform AND j.figure_id = s.figure_id
    LEFT JOIN (SELECT DISTINCT figure_id, platform FROM searches WHERE outcome = 'absent') AS a
        ON a.figure_id = s.figure_id AND a.platform = c.platform
),

-- What each stay adds to the counts on its first day, and takes away on the day after its last.
steps AS (
    SELECT roster, platform, from_day AS day, 1 AS members, is_not_looked::INTEGER AS not_looked, 0 AS joined_min, 0 AS joined_max
    FROM looked
    UNION ALL
    SELECT roster, platform, until_day, -1, -is_not_looked::INTEGER, -coalesce(is_certain, false)::INTEGER, -coalesce(is_possible, false)::INTEGER
    FROM looked
    UNION ALL
    SELECT roster, platform, certain_from, 0, 0, 1, 0 FROM looked WHERE is_certain
    UNION ALL
    SELECT roster, platform, possible_from, 0, 0, 0, 1 FROM looked WHERE is_possible
    UNION ALL
    SELECT roster, platform, day, 0, 0, 0, 0 FROM days WHERE isfinite(day)
),

sums AS (
    SELECT
        roster,
        platform,
        day,
        sum(sum(members)) OVER so_far AS members,
        sum(sum(not_looked)) OVER so_far AS not_looked,
        sum(sum(joined_min)) OVER so_far AS joined_min,
        sum(sum(joined_max)) OVER so_far AS joined_max
    FROM steps
    GROUP BY roster, platform, day
    WINDOW so_far AS (PARTITION BY roster, platform ORDER BY day)
),

counted AS (
    SELECT s.*
    FROM sums AS s
    SEMI JOIN days AS d ON d.roster = s.roster AND d.platform = s.platform AND d.day = s.day
    INNER JOIN rosters AS r ON r.roster = s.roster
    WHERE s.members > 0 AND isfinite(s.day) AND coalesce(s.day >= r.complete_from, true)
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
