-- One row per role of one of $figures on a roster.
SELECT m.figure_id, m.role, m.party, m.unit, m.from_day, m.to_day, m.source, r.title AS roster
FROM memberships AS m
INNER JOIN unnest($figures) AS f (figure_id) ON f.figure_id = m.figure_id
INNER JOIN rosters AS r ON r.roster = m.roster
ORDER BY m.figure_id, r.title, m.role
