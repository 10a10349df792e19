-- One row per event that concerns $platform and begins from $start to $end; and per time, in part within them, in which the country of somebody on $roster blocked it.
-- At most $most: those in the list's own time zone first, then the latest.
SELECT
    e.title,
    e.country, -- Of a block, whose title says who ordered it; NULL: an event
    e.starts_on,
    CASE WHEN e.is_block THEN coalesce(e.ends_on, $end) ELSE e.ends_on END AS ends_on,
    CASE WHEN e.is_block THEN greatest(e.starts_on, $start) ELSE e.starts_on END AS drawn_from, -- The part that is drawn
    CASE WHEN e.is_block THEN least(coalesce(e.ends_on, $end), $end) ELSE e.ends_on END AS drawn_to
FROM marked_events($roster, $platform) AS e
LEFT JOIN rosters AS r ON r.roster = $roster
WHERE
    e.starts_on <= $end
    AND CASE WHEN e.is_block THEN coalesce(e.ends_on >= $start, true) ELSE e.starts_on >= $start END
QUALIFY
    row_number() OVER (
        ORDER BY e.is_block OR coalesce(e.time_zone = r.time_zone, false) DESC, e.starts_on DESC, e.title
    ) <= $most
ORDER BY e.starts_on, e.title
