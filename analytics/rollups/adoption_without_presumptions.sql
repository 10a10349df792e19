-- One row per roster, platform and day, as in adoption, of those where reports that name no account make a difference.
SELECT
    a.roster,
    a.platform,
    a.day, -- In the roster's time zone
    a.members, -- Figures on the roster that day
    a.not_looked, -- Of them not searched on the platform around that day: nothing is known
    a.joined_min, -- Had certainly joined by the end of the day
    a.joined_max, -- Had possibly joined by the end of the day
    a.share_min, -- Of the members had joined, at least; NULL: the roster may not be divided on that day
    a.share_max, -- At most
    a.there_min, -- Certainly there as the day ended; NULL: too few were looked at since
    a.there_max, -- Possibly there as the day ended
    a.there_share_min, -- Of the members were there, at least; NULL: as share_min or there_min
    a.there_share_max -- At most
FROM adoption_by_part(false) AS a
WHERE
    a.breakdown = 'all'
    AND EXISTS (
        FROM edge_spans AS s
        INNER JOIN memberships AS m ON m.figure_id = s.figure_id
        WHERE NOT s.with_presumptions AND s.platform = a.platform AND m.roster = a.roster
    )
ORDER BY a.roster, a.platform, a.day
