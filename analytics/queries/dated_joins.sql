-- One row per figure of $roster that is known to have joined $platform: on which day, if the platform itself dates it to one.
SELECT
    j.figure_id,
    b.kind IN ('opened', 'plc') AND j.joined_before - j.joined_not_before <= INTERVAL 1 DAY AS is_by_platform,
    CASE WHEN is_by_platform THEN timezone('UTC', j.joined_not_before)::DATE END AS day, -- The day, in UTC
    b.kind IN ('stated', 'published') AS is_by_press -- A report or a statement dates it
FROM first_joins AS j
LEFT JOIN bounds AS b ON b.bound_id = j.to_bound
WHERE j.platform = $platform AND j.figure_id IN (SELECT figure_id FROM memberships WHERE roster = $roster)
ORDER BY day, j.figure_id
