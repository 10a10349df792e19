-- One row per observation of an accepted account that shows its followers.
SELECT
    l.figure_id,
    a.platform,
    o.account_id,
    o.valid_at, -- When the platform showed it
    o.followers,
    o.followers_precision, -- Half-width of a rounded count; NULL: exact
    r.source -- live, archive or import
FROM observations AS o
INNER JOIN links AS l ON l.account_id = o.account_id
INNER JOIN accounts AS a ON a.account_id = o.account_id
INNER JOIN runs AS r ON r.run_id = o.run_id
WHERE o.followers IS NOT NULL
