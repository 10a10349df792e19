-- One row per day, up to the day of the version, on which the count of $measure (joined or there) of $roster on $platform can change.
WITH version_days AS (
    SELECT timezone(r.time_zone, v.published_at)::DATE AS day
    FROM rosters AS r
    CROSS JOIN versions AS v
    WHERE r.roster = $roster
),

alone AS (
    SELECT *
    FROM adoption_without_presumptions
    WHERE roster = $roster AND platform = $platform
),

counted AS (
    SELECT * EXCLUDE (joined_estimate)
    FROM adoption
    WHERE roster = $roster AND platform = $platform AND $presumptions
    UNION ALL BY NAME
    SELECT *
    FROM alone
    WHERE NOT $presumptions
),

days_of_curve AS (
    SELECT c.*, lead(c.day) OVER (ORDER BY c.day) AS next_day
    FROM counted AS c
    WHERE if($measure = 'joined', c.is_of_joined, c.is_of_there)
),

-- Days after the version are not drawn, because their counts are assumptions.
drawn_days AS (
    SELECT
        d.* REPLACE (unnest(if(d.next_day > v.day AND d.day < v.day, [d.day, v.day], [d.day])) AS day)
    FROM days_of_curve AS d
    CROSS JOIN version_days AS v
    WHERE d.day <= v.day
)

SELECT
    d.day,
    d.members,
    d.not_looked,
    d.joined_min,
    d.joined_max,
    d.share_min,
    d.share_max,
    d.there_min,
    d.there_max,
    d.there_share_min,
    d.there_share_max,
    $presumptions
    AND a.day IS NOT NULL
    AND CASE
        WHEN $measure = 'joined' THEN (a.joined_min, a.joined_max) IS DISTINCT FROM (d.joined_min, d.joined_max)
        ELSE (a.there_min, a.there_max) IS DISTINCT FROM (d.there_min, d.there_max)
    END AS is_presumed -- Without reports that name no account the count is another
FROM drawn_days AS d
ASOF LEFT JOIN alone AS a ON a.day <= d.day
ORDER BY d.day
