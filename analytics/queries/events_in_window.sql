-- One row per event that concerns $platform, and time in which the country of somebody on $roster blocked it, as far as they lie between $start and before $end.
-- At most $most: blocks and events of $zone first.
SELECT
    title,
    country, -- Of a block, whose title says who ordered it; NULL: an event
    starts_on,
    CASE WHEN is_block THEN coalesce(ends_on, $end - 1) ELSE ends_on END AS ends_on
FROM marked_events($roster, $platform) AS e
WHERE
    e.starts_on < $end
    AND CASE WHEN e.is_block THEN coalesce(e.ends_on >= $start, true) ELSE coalesce(e.ends_on, e.starts_on) >= $start END
QUALIFY row_number() OVER (ORDER BY e.is_block OR e.time_zone = $zone DESC, e.starts_on DESC, e.title) <= $most
ORDER BY e.starts_on, e.title
