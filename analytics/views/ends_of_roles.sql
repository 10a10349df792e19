-- One row per figure: when its last role ended, on whichever list.
SELECT
    figure_id,
    CASE WHEN count(to_day) = count(*) THEN max(to_day) + 1 END AS until_day -- The first day after it; NULL: a role has no known end
FROM memberships
GROUP BY figure_id
