-- One row per accepted account on $platform of an entry of $roster.
SELECT l.*
FROM kooch.links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id AND a.platform = $platform
SEMI JOIN memberships AS m ON m.figure_id = l.figure_id AND m.roster = $roster
