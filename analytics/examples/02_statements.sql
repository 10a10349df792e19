-- What do sources say about when Yogi Adityanath joined Koo?
SELECT
    b.not_before,
    b.before,
    b.wording,
    b.reported,
    s.citation,
    s.url
FROM utc.bounds AS b
INNER JOIN sources AS s ON s.source_id = b.source_id
WHERE b.figure_id = 'in-yogi-adityanath' AND b.platform = 'koo'
ORDER BY b.known_at
