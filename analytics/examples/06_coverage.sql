-- Of whom do we know anything, and where did nobody look?
SELECT
    c.roster,
    c.platform,
    r.selection,
    c.figures,
    c.joined,
    c.absent,
    c.not_looked
FROM coverage AS c
INNER JOIN rosters AS r ON r.roster = c.roster
ORDER BY c.roster, c.platform
