-- One row per account of a list on a platform whose posts are known for every day of so many days before a day and from that day on. All of them are days on which it was the figure's.
-- in_roster: VARCHAR; the list.
-- on_platform: VARCHAR; its short name.
-- on_day: DATE; in UTC.
-- days: INTEGER; how many before, and as many after.
SELECT DISTINCT
    c.account_id,
    greatest(c.first_day, l.first_day) AS first_day, -- The first day (UTC) of the unbroken time of which it is known
    least(c.until_day, l.until_day) AS until_day -- The first day after it
FROM activity_covers AS c
INNER JOIN accounts AS a ON a.account_id = c.account_id AND a.platform = on_platform
INNER JOIN links AS l ON l.account_id = c.account_id AND l.state = 'accepted'
INNER JOIN memberships AS m ON m.figure_id = l.figure_id AND m.roster = in_roster
WHERE greatest(c.first_day, l.first_day) <= on_day - days AND least(c.until_day, l.until_day) >= on_day + days
