-- One row per account known by a listed handle, with the holder that an earlier load found.
SELECT
    u.platform,
    substr(n.key, length(u.platform) + 2) AS native_id,
    u.name AS handle,
    max(u.listed_at) AS listed_at
FROM listed_handles_without_id AS u
INNER JOIN ids AS k ON k.kind = 'holder' AND k.key = u.platform || ' @' || u.name
INNER JOIN ids AS n ON n.kind = 'account' AND n.id = k.id AND starts_with(n.key, u.platform || ' ')
WHERE NOT starts_with(n.key, u.platform || ' @')
GROUP BY ALL
