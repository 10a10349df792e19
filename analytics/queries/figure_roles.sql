-- One row per role of $figure_id on a roster.
SELECT m.role, m.party, m.unit, m.from_day, m.to_day, m.source, r.title AS roster
FROM memberships AS m
INNER JOIN rosters AS r ON r.roster = m.roster
WHERE m.figure_id = $figure_id
ORDER BY r.title, m.role
