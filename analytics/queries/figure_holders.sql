-- One row per span of days in which one of $figures held an office, or somebody held the office that it is.
SELECT
    f.figure_id,
    h.figure_id = f.figure_id AS is_office,
    o.figure_id AS other_id,
    o.name AS other,
    h.from_day,
    h.to_day,
    h.source,
    r.title AS roster
FROM holders AS h
INNER JOIN unnest($figures) AS f (figure_id) ON f.figure_id IN (h.figure_id, h.holder_id)
INNER JOIN rosters AS r ON r.roster = h.roster
INNER JOIN figures AS o ON o.figure_id = CASE WHEN h.figure_id = f.figure_id THEN h.holder_id ELSE h.figure_id END
ORDER BY f.figure_id, h.from_day NULLS FIRST, h.to_day, other
