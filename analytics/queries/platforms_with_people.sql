-- One row per list and platform on which somebody of the list has an account, those with most people first.
SELECT
    c.roster,
    c.platform,
    coalesce(p.name, c.platform) AS name
FROM coverage AS c
LEFT JOIN platforms AS p ON p.platform = c.platform
ORDER BY c.roster, c.joined DESC, c.platform
