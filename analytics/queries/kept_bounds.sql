-- One row per bound of an entry of $roster on $platform that was known by $until, without these:
-- statements of the publishers $publishers, statements that derive from one of $origins, and those that were read as one of $read_as.
SELECT b.*
FROM kooch.bounds AS b
SEMI JOIN memberships AS m ON m.figure_id = b.figure_id AND m.roster = $roster
LEFT JOIN sources AS s ON s.source_id = b.source_id
WHERE
    b.platform = $platform
    AND b.known_at <= $until
    AND NOT coalesce(list_contains($publishers, s.publisher), false)
    AND NOT coalesce(list_contains($origins, b.derived_from), false)
    AND NOT coalesce(list_contains($read_as, b.read_as), false)
