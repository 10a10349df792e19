-- One row per list, platform, part of the list and day, as in adoption_parts, but without reports that name no account. Only lists and platforms for which that makes a difference.
-- Empty unless: SELECT 1 FROM edge_spans WHERE NOT with_presumptions
SELECT
    roster,
    platform,
    breakdown, -- What the list is divided by: all (not divided), party, role, unit or country
    part, -- Which party, role, unit or country; empty: all
    day, -- The day, in the list's time zone
    members, -- How many people and organisations were on the list that day
    not_looked, -- How many of them were not searched for around that day; nothing is known about them
    joined_min, -- How many had certainly joined by the end of the day
    joined_max, -- How many had certainly or possibly joined by the end of the day
    there_min, -- How many were certainly there as the day ended; NULL: too few were looked at
    there_max, -- How many were certainly or possibly there as the day ended; NULL: as there_min
    share_min, -- The least share of members who had joined; NULL: no percentage is allowed on that day
    share_max, -- The largest share of members who had joined; NULL: as share_min
    there_share_min, -- The least share of members who were there; NULL: as share_min or there_min
    there_share_max, -- The largest share of members who were there; NULL: as there_share_min
    is_of_joined, -- Whether the curve of who had joined has this day
    is_of_there -- Whether the curve of who was there has this day
FROM adoption_by_part(false)
ORDER BY roster, platform, breakdown, part, day
