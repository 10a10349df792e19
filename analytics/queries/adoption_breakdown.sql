-- One row per part of $roster by $breakdown, with its counts on $day, the largest first.
WITH counted AS (
    SELECT *
    FROM adoption_parts
    WHERE $presumptions
    UNION ALL BY NAME
    SELECT *
    FROM adoption_parts_without_presumptions
    WHERE NOT $presumptions
)

SELECT
    part,
    members,
    not_looked,
    joined_min,
    joined_max,
    share_min,
    share_max,
    there_min,
    there_max,
    there_share_min,
    there_share_max
FROM counted
WHERE roster = $roster AND platform = $platform AND breakdown = $breakdown AND day <= $day
QUALIFY row_number() OVER (PARTITION BY part ORDER BY day DESC) = 1 AND members > 0
ORDER BY members DESC, part
