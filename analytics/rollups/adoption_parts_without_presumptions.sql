-- One row per list, platform, part of the list and day, as in adoption_parts, of those where reports that name no account make a difference.
SELECT
    a.roster,
    a.platform,
    a.breakdown, -- all, party, role, unit or country
    a.part, -- The party, role, unit or country; empty: all
    a.day, -- In the list's time zone
    a.members, -- People and organisations on the list that day
    a.not_looked, -- Of them not searched on the platform around that day: nothing is known
    a.joined_min, -- Had certainly joined by the end of the day
    a.joined_max, -- Had possibly joined by the end of the day
    a.there_min, -- Certainly there as the day ended; NULL: too few were looked at since
    a.there_max, -- Possibly there as the day ended
    a.share_min, -- Of the members had joined, at least; NULL: the list may not be divided on that day
    a.share_max, -- At most
    a.there_share_min, -- Of the members were there, at least; NULL: as share_min or there_min
    a.there_share_max, -- At most
    a.is_of_joined, -- The day belongs to the curve of who had joined
    a.is_of_there -- The day belongs to the curve of who was there
FROM adoption_by_part(false) AS a
SEMI JOIN (
    SELECT DISTINCT m.roster, s.platform
    FROM edge_spans AS s
    INNER JOIN memberships AS m ON m.figure_id = s.figure_id
    WHERE NOT s.with_presumptions
) AS p ON p.roster = a.roster AND p.platform = a.platform
ORDER BY a.roster, a.platform, a.breakdown, a.part, a.day
