-- One row per list, account and check by the list's source: the last post that the check found.
SELECT DISTINCT
    p.roster,
    p.figure_id,
    p.platform,
    a.account_id,
    p.last_post_at,
    p.checked_at,
    s.id AS source_id
FROM listed_last_posts AS p
INNER JOIN ids AS s ON s.kind = 'source' AND s.key = p.source
INNER JOIN account_of_key AS a ON a.key = p.platform || ' ' || p.account
