-- One row: how many of $roster were certainly on $platform by $until.
SELECT count(*)
FROM first_joins AS j
SEMI JOIN memberships AS m ON m.figure_id = j.figure_id AND m.roster = $roster
WHERE j.platform = $platform AND j.joined_before <= $until
