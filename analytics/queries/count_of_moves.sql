-- One row per kind of transition of the people of $roster, and platform: how many there are.
SELECT m.move, m.platform, count(*) AS moves
FROM moves AS m
SEMI JOIN memberships AS o ON o.figure_id = m.figure_id AND o.roster = $roster
GROUP BY m.move, m.platform
ORDER BY m.move, m.platform
