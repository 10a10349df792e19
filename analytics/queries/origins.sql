-- One row per origin from which statements about entries of $roster on $platform derive, the largest first.
SELECT b.derived_from
FROM bounds AS b
SEMI JOIN memberships AS m ON m.figure_id = b.figure_id AND m.roster = $roster
WHERE b.platform = $platform AND b.derived_from IS NOT NULL
GROUP BY b.derived_from
ORDER BY count(*) DESC, b.derived_from
