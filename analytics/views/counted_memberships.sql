-- One row per membership, with the days on which a figure is counted with its list.
SELECT
    m.roster,
    m.figure_id,
    m.role, -- The role, as the list writes it
    m.party, -- The party; NULL: the list names none
    m.unit, -- State, constituency or body of the role; NULL: the list names none
    f.country, -- ISO 3166-1 alpha-2; NULL: the list names none
    CASE WHEN r.complete_from IS NOT NULL THEN m.from_day END AS from_day, -- The first day on which the figure is counted; NULL: no limit. Only a census with complete_from limits days
    CASE WHEN r.complete_from IS NOT NULL THEN m.to_day + 1 END AS until_day -- The first day on which the figure is no longer counted; NULL: no limit
FROM memberships AS m
INNER JOIN rosters AS r ON r.roster = m.roster
INNER JOIN figures AS f ON f.figure_id = m.figure_id
WHERE
    r.selection <> 'census'
    OR r.complete_from IS NOT NULL
    -- Such a census knows its members on one day only.
    OR (coalesce(m.from_day <= r.as_of, true) AND coalesce(m.to_day >= r.as_of, true))
