-- One row per look in the files beside the lists.
SELECT
    s.id AS source_id,
    a.account_id,
    l.* EXCLUDE (source, account)
FROM listed_looks AS l
INNER JOIN ids AS s ON s.kind = 'source' AND s.key = l.source
LEFT JOIN account_of_key AS a ON a.key = l.platform || ' ' || l.account
