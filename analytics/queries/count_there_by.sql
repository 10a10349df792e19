-- One row: how many of $roster had certainly joined $platform by $until.
SELECT count(*) AS there
FROM first_joins AS j
SEMI JOIN memberships AS m ON m.figure_id = j.figure_id AND m.roster = $roster
WHERE j.platform = $platform AND j.joined_before <= $until
