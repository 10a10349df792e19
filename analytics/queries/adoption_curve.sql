-- One row per day on which the count of who had joined can change, of one list on one platform.
SELECT
    a.day,
    a.joined_min,
    a.joined_max,
    a.members,
    a.not_looked,
    a.share_min,
    a.share_max
FROM adoption AS a
INNER JOIN rosters AS r ON r.roster = a.roster
WHERE a.roster = $roster AND a.platform = $platform
-- Days on which only who is there can change are none of this curve.
QUALIFY
    a.day IN (r.as_of, r.complete_from)
    OR (a.joined_min, a.joined_max, a.members)
    IS DISTINCT FROM lag((a.joined_min, a.joined_max, a.members)) OVER (ORDER BY a.day)
ORDER BY a.day
