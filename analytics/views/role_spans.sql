-- One row per list and figure: from the first day of its roles on the list to the last.
-- A role without any day says nothing of the end. A role with a first day and no last day is still held.
SELECT
    roster,
    figure_id,
    CASE WHEN count(from_day) = count(*) THEN min(from_day) END AS from_day, -- In the list's time zone; NULL: not known for each role
    CASE WHEN count(from_day) FILTER (WHERE to_day IS NULL) = 0 THEN max(to_day) END AS to_day -- The last day; NULL: no end is known
FROM memberships
GROUP BY roster, figure_id
