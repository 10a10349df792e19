-- One row per time, in part from $start to $end, in which a country blocked one of $platforms: that of somebody on $roster, or of $figure_id. The latest $most.
SELECT
    p.name AS platform,
    b.country,
    b.ordered_by,
    b.from_day,
    b.to_day, -- NULL: it still does
    greatest(b.from_day, $start) AS drawn_from, -- The part that is drawn
    least(coalesce(b.to_day, $end), $end) AS drawn_to
FROM blocks AS b
INNER JOIN platforms AS p ON p.platform = b.platform
WHERE
    list_contains($platforms, p.name)
    AND b.from_day <= $end
    AND coalesce(b.to_day >= $start, true)
    AND b.country IN (
        SELECT f.country
        FROM figures AS f
        LEFT JOIN memberships AS m ON m.figure_id = f.figure_id
        WHERE m.roster = $roster OR f.figure_id = $figure_id
    )
QUALIFY row_number() OVER (ORDER BY b.from_day DESC, p.name, b.country, b.ordered_by) <= $most
ORDER BY b.from_day, p.name, b.country, b.ordered_by
