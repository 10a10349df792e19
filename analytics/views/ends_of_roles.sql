-- One row per figure: when its last role ended, on whichever list.
-- A role without any day says nothing of the end. A role with a first day and no last day is still held.
SELECT
    figure_id,
    CASE WHEN count(from_day) FILTER (WHERE to_day IS NULL) = 0 THEN max(to_day) + 1 END AS until_day -- The first day after it; NULL: no end is known
FROM memberships
GROUP BY figure_id
