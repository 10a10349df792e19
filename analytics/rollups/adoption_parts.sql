-- One row per list, platform, part of the list and day on which a count can change: who had joined, and who was there, as it ended.
-- A part is a party, role, unit or country. Days are in the list's time zone. Between two rows nothing changes.
SELECT
    roster,
    platform,
    breakdown, -- all, party, role, unit or country
    part, -- The party, role, unit or country; empty: all
    day, -- In the list's time zone
    members, -- People and organisations on the list that day
    not_looked, -- Of them not searched on the platform around that day: nothing is known
    joined_min, -- Had certainly joined by the end of the day
    joined_max, -- Had possibly joined by the end of the day
    there_min, -- Certainly there as the day ended; NULL: too few were looked at since
    there_max, -- Possibly there as the day ended
    share_min, -- Of the members had joined, at least; NULL: the list may not be divided on that day
    share_max, -- At most
    there_share_min, -- Of the members were there, at least; NULL: as share_min or there_min
    there_share_max, -- At most
    is_of_joined, -- The day belongs to the curve of who had joined
    is_of_there -- The day belongs to the curve of who was there
FROM adoption_by_part(true)
ORDER BY roster, platform, breakdown, part, day
