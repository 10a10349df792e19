-- One row per list, platform and day on which a count can change: how many figures had joined, and how many were there, as the day ended.
-- Days are in the list's time zone. Between two rows nothing changes.
SELECT
    roster,
    platform,
    day, -- The day, in the list's time zone
    members, -- How many figures were on the list that day
    not_looked, -- How many of them were not searched for around that day; nothing is known about them
    joined_min, -- How many had certainly joined by the end of the day
    joined_max, -- How many had certainly or possibly joined by the end of the day
    NULL::DOUBLE AS joined_estimate, -- Reserved: a Turnbull estimate, only for a census dated by the platforms themselves
    share_min, -- The least share of members who had joined; NULL: no percentage is allowed on that day
    share_max, -- The largest share of members who had joined; NULL: as share_min
    there_min, -- How many were certainly there as the day ended; NULL: too few were looked at
    there_max, -- How many were certainly or possibly there as the day ended; NULL: as there_min
    there_share_min, -- The least share of members who were there; NULL: as share_min or there_min
    there_share_max, -- The largest share of members who were there; NULL: as there_share_min
    is_of_joined, -- Whether the curve of who had joined has this day
    is_of_there -- Whether the curve of who was there has this day
FROM adoption_parts
WHERE breakdown = 'all'
ORDER BY roster, platform, day
