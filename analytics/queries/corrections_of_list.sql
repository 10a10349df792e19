-- One row per correction about a figure on the list $roster, the latest first.
SELECT
    c.correction_id,
    c.kind,
    c.figure_id,
    f.name,
    c.platform,
    coalesce(p.name, c.platform) AS platform_name,
    c.move_id,
    c.said,
    c.not_before,
    c.before,
    -- An earlier Kooch noted no zones: then its days are the list's.
    coalesce(c.from_zone, r.time_zone) AS from_zone,
    coalesce(c.time_zone, r.time_zone) AS time_zone,
    c.publisher,
    c.reason,
    c.corrected_at,
    -- A move that was withdrawn with its account or its statement adds nothing.
    c.kind = 'move' AND EXISTS (
        SELECT 1
        FROM corrections AS o
        WHERE
            o.figure_id = c.figure_id
            AND o.platform = c.platform
            AND o.corrected_at = c.corrected_at
            AND o.kind <> 'move'
    ) AS is_consequence
FROM corrections AS c
INNER JOIN (SELECT DISTINCT figure_id FROM memberships WHERE roster = $roster) AS m ON m.figure_id = c.figure_id
INNER JOIN figures AS f ON f.figure_id = c.figure_id
CROSS JOIN (SELECT time_zone FROM rosters WHERE roster = $roster) AS r
LEFT JOIN platforms AS p ON p.platform = c.platform
ORDER BY c.corrected_at DESC, f.name, c.figure_id, c.platform, c.kind, c.correction_id
