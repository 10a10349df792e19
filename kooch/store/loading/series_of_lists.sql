-- One row per run of days on a list. A run that does not stand names no account.
SELECT
    r.roster,
    r.figure_id,
    r.platform,
    CASE WHEN r.stands THEN a.account_id END AS account_id,
    CASE WHEN r.stands THEN r.handle END AS handle,
    r.first_listed,
    r.last_listed,
    r.not_listed_before,
    r.not_listed_after,
    r.snapshots,
    r.ended,
    r.stands,
    s.id AS source_id
FROM listed_runs AS r
INNER JOIN ids AS s ON s.kind = 'source' AND s.key = r.source
LEFT JOIN account_of_key AS a ON a.key = r.platform || ' ' || r.account
