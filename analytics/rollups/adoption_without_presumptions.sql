-- One row per roster, platform and day, as in adoption, of those where reports that name no account make a difference.
SELECT
    roster,
    platform,
    day, -- In the roster's time zone
    members, -- Figures on the roster that day
    not_looked, -- Of them not searched on the platform around that day: nothing is known
    joined_min, -- Had certainly joined by the end of the day
    joined_max, -- Had possibly joined by the end of the day
    share_min, -- Of the members had joined, at least; NULL: the roster may not be divided on that day
    share_max, -- At most
    there_min, -- Certainly there as the day ended; NULL: too few were looked at since
    there_max, -- Possibly there as the day ended
    there_share_min, -- Of the members were there, at least; NULL: as share_min or there_min
    there_share_max, -- At most
    is_of_joined, -- The day belongs to the curve of who had joined
    is_of_there -- The day belongs to the curve of who was there
FROM adoption_parts_without_presumptions
WHERE breakdown = 'all'
ORDER BY roster, platform, day
