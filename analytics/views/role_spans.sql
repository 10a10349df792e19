-- One row per list and figure: from the first day of its roles on the list to the last.
-- A role without any day is held on the day of its list. A role with a first day and no last day is still held.
SELECT
    m.roster,
    m.figure_id,
    CASE WHEN count(m.from_day) = count(*) THEN min(m.from_day) END AS from_day, -- In the list's time zone; NULL: not known for each role
    CASE
        WHEN count(m.from_day) FILTER (WHERE m.to_day IS NULL) > 0 THEN NULL
        WHEN max(m.to_day) IS NULL THEN any_value(e.until_day) - 1
        WHEN max(r.as_of) FILTER (WHERE m.from_day IS NULL AND m.to_day IS NULL) > max(m.to_day) THEN NULL
        ELSE max(m.to_day)
    END AS to_day -- The last day; if no role on the list has a day, that of the figure's last role on other lists; NULL: no end is known
FROM memberships AS m
LEFT JOIN rosters AS r ON r.roster = m.roster
LEFT JOIN ends_of_roles AS e ON e.figure_id = m.figure_id
GROUP BY m.roster, m.figure_id
