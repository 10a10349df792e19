-- One row per document that a statement about a figure of the list $roster rests on, in the order of publication.
SELECT DISTINCT coalesce(s.citation, s.url) AS citation, s.url
FROM bounds AS b
INNER JOIN sources AS s ON s.source_id = b.source_id
INNER JOIN memberships AS m ON m.figure_id = b.figure_id
WHERE m.roster = $roster AND coalesce(s.citation, s.url) IS NOT NULL
ORDER BY ALL
