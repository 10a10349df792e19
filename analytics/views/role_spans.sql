-- One row per list and figure: from the first day of its roles on the list to the last.
SELECT
    roster,
    figure_id,
    CASE WHEN count(from_day) = count(*) THEN min(from_day) END AS from_day, -- In the list's time zone; NULL: not known for each role
    CASE WHEN count(to_day) = count(*) THEN max(to_day) END AS to_day -- The last day; NULL: a role has no known end
FROM memberships
GROUP BY roster, figure_id
