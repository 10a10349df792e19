-- One row per figure: when its last role ended, on whichever list.
-- A role without any day is held on the day of its list. A role with a first day and no last day is still held.
SELECT
    m.figure_id,
    CASE
        WHEN
            count(m.from_day) FILTER (WHERE m.to_day IS NULL) = 0
            AND coalesce(max(r.as_of) FILTER (WHERE m.from_day IS NULL AND m.to_day IS NULL) <= max(m.to_day), true)
            THEN max(m.to_day) + 1
    END AS until_day -- The first day after it; NULL: no end is known
FROM memberships AS m
LEFT JOIN rosters AS r ON r.roster = m.roster
GROUP BY m.figure_id
