-- One row per figure and platform: its first join, over all its accepted accounts, as known by an instant.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
-- The earliest of several unknown instants lies between the earliest lower end and the earliest upper end.
SELECT
    figure_id,
    platform,
    CASE WHEN count(joined_not_before) = count(*) THEN min(joined_not_before) END AS joined_not_before,
    min(joined_before) AS joined_before,
    CASE WHEN count(joined_not_before) = count(*) THEN first(from_bound ORDER BY joined_not_before, from_bound) END AS from_bound,
    first(to_bound ORDER BY joined_before NULLS LAST, to_bound NULLS LAST) AS to_bound,
    bool_or(contradiction) AS contradiction,
    count(*) AS accounts
FROM joins_known_by(known_by)
WHERE spell = 1
GROUP BY figure_id, platform
