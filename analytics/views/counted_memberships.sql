-- One row per membership as counts take it: from when until when a figure is counted with its list.
SELECT
    m.roster,
    m.figure_id,
    m.role, -- As the list has it
    m.party, -- NULL: the list names none
    m.unit, -- NULL: the list names none
    f.country, -- NULL: the list names none
    CASE WHEN r.complete_from IS NOT NULL THEN m.from_day END AS from_day, -- NULL: since ever. A census has members who come and go; any other list has its figures, whatever the day
    CASE WHEN r.complete_from IS NOT NULL THEN m.to_day + 1 END AS until_day -- The first day on which it is not; NULL: open
FROM memberships AS m
INNER JOIN rosters AS r ON r.roster = m.roster
INNER JOIN figures AS f ON f.figure_id = m.figure_id
WHERE
    r.selection <> 'census'
    OR r.complete_from IS NOT NULL
    -- It then knows its members on one day only.
    OR (coalesce(m.from_day <= r.as_of, true) AND coalesce(m.to_day >= r.as_of, true))
