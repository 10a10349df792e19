-- One row: how many of $roster joined $platform in the $window days before $day and in those that begin with it, as the platform dates it.
SELECT
    count(*) FILTER (WHERE timezone('UTC', j.joined_not_before)::DATE < $day::DATE) AS before,
    count(*) FILTER (WHERE timezone('UTC', j.joined_not_before)::DATE >= $day::DATE) AS after
FROM first_joins AS j
INNER JOIN bounds AS b ON b.bound_id = j.to_bound
WHERE
    j.platform = $platform
    AND j.figure_id IN (SELECT figure_id FROM memberships WHERE roster = $roster)
    AND b.kind IN ('opened', 'plc')
    AND j.joined_before - j.joined_not_before <= INTERVAL 1 DAY
    AND timezone('UTC', j.joined_not_before)::DATE >= $day::DATE - $window::INTEGER
    AND timezone('UTC', j.joined_not_before)::DATE < $day::DATE + $window::INTEGER
