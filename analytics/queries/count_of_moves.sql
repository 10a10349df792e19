-- One row per kind of move and platform: how many such moves the people of $roster made.
SELECT m.move, m.platform, count(*) AS moves
FROM moves AS m
SEMI JOIN memberships AS o ON o.figure_id = m.figure_id AND o.roster = $roster
GROUP BY m.move, m.platform
ORDER BY m.move, m.platform
