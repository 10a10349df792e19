-- One row per number of platforms: how many members of the list $roster were on at least so many on $day; $party, $role, $unit and $country narrow it where they are not empty.
WITH members AS (
    SELECT DISTINCT figure_id
    FROM counted_memberships
    WHERE
        roster = $roster
        AND coalesce(from_day <= $day::DATE, true)
        AND coalesce($day::DATE < until_day, true)
        AND ($party = '' OR party = $party)
        AND ($role = '' OR role = $role)
        AND ($unit = '' OR unit = $unit)
        AND ($country = '' OR country = $country)
),

by_figure AS (
    SELECT
        o.figure_id,
        count(*) FILTER (WHERE o.is_there) AS there,
        count(*) FILTER (WHERE o.is_unknown) AS unknown
    FROM places_on($roster, $day::DATE) AS o
    SEMI JOIN members AS m ON m.figure_id = o.figure_id
    GROUP BY o.figure_id
),

numbers AS (
    SELECT unnest(range(1, (SELECT count(*) FROM coverage WHERE roster = $roster) + 1)) AS least
)

SELECT
    n.least,
    count(*) FILTER (WHERE f.there >= n.least) AS certain, -- Certainly on at least so many
    count(*) FILTER (WHERE f.there < n.least AND f.there + f.unknown >= n.least) AS unknown, -- Perhaps there, or not looked, on those that would decide it
    count(*) FILTER (WHERE f.there + f.unknown < n.least) AS fewer,
    count(*) AS members
FROM numbers AS n
CROSS JOIN by_figure AS f
GROUP BY n.least
ORDER BY n.least
