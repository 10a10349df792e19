-- One row per platform and person or organisation of the list $roster on $day, on $against or on both: what differs between the ends of the two days.
WITH later AS (
    SELECT * FROM places_on($roster, $day::DATE)
),

earlier AS (
    SELECT * FROM places_on($roster, $against::DATE)
),

members AS (
    SELECT figure_id, min(role) AS role, min(party) AS party, min(unit) AS unit
    FROM counted_memberships
    WHERE roster = $roster
    GROUP BY figure_id
)

SELECT
    f.figure_id,
    f.name,
    f.country,
    m.role,
    m.party,
    m.unit,
    coalesce(l.platform, e.platform) AS platform,
    coalesce(p.name, l.platform, e.platform) AS platform_name,
    e.place AS place_against, -- NULL: not on the list then
    l.place AS place, -- NULL: no longer on the list
    CASE
        WHEN e.figure_id IS NULL THEN 'new on the list'
        WHEN l.figure_id IS NULL THEN 'left the list'
        WHEN e.is_unknown OR l.is_unknown THEN 'unknown'
        WHEN e.is_there AND l.is_there THEN 'on both days'
        WHEN l.is_there THEN 'came'
        WHEN e.is_there AND l.place = 'handed on' THEN 'handed on' -- The end of a claim is no departure
        WHEN e.is_there THEN 'went'
        ELSE 'on neither day'
    END AS change
FROM later AS l
FULL JOIN earlier AS e ON e.figure_id = l.figure_id AND e.platform = l.platform
INNER JOIN figures AS f ON f.figure_id = coalesce(l.figure_id, e.figure_id)
INNER JOIN members AS m ON m.figure_id = f.figure_id
LEFT JOIN platforms AS p ON p.platform = coalesce(l.platform, e.platform)
ORDER BY f.name, f.figure_id, platform
