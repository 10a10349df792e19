-- One row per figure and platform: its first join, over all its accepted accounts, as known by an instant.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
-- The earliest of several unknown instants lies between the earliest lower end and the earliest upper end. A report that
-- a known account explains only adds an upper end.
WITH first_stays AS (
    SELECT *, count(*) FILTER (WHERE NOT is_explained) OVER (PARTITION BY figure_id, platform) > 0 AND is_explained AS adds_no_start
    FROM stays_known_by(known_by)
    WHERE stay = 1
)

SELECT
    figure_id,
    platform,
    CASE WHEN count(joined_not_before) FILTER (WHERE NOT adds_no_start) = count(*) FILTER (WHERE NOT adds_no_start)
        THEN min(joined_not_before) FILTER (WHERE NOT adds_no_start) END AS joined_not_before,
    min(joined_before) AS joined_before,
    CASE WHEN count(joined_not_before) FILTER (WHERE NOT adds_no_start) = count(*) FILTER (WHERE NOT adds_no_start)
        THEN first(joined_from_bound ORDER BY joined_not_before, joined_from_bound) FILTER (WHERE NOT adds_no_start)
    END AS from_bound,
    first(joined_to_bound ORDER BY joined_before NULLS LAST, joined_to_bound NULLS LAST) AS to_bound,
    bool_or(contradiction) AS contradiction,
    greatest(count(account_id), 1) AS accounts
FROM first_stays
GROUP BY figure_id, platform
