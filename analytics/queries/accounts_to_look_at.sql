-- One row per platform: how many accounts of the list $roster a crawl asks for, and how many figures the list has.
WITH no_longer_listed AS (
    -- The versions of a list no longer name these accounts, and no other list claims them.
    SELECT account_id
    FROM series
    WHERE stands
    GROUP BY account_id
    HAVING NOT bool_or(ended = 'still')
    EXCEPT
    SELECT c.account_id
    FROM claims AS c
    ANTI JOIN series AS s ON s.account_id = c.account_id AND s.source_id = c.source_id
),

figures_of AS (
    SELECT DISTINCT figure_id
    FROM memberships
    WHERE roster = $roster
),

asked AS (
    SELECT DISTINCT a.platform, a.account_id
    FROM links AS l
    SEMI JOIN figures_of AS f ON f.figure_id = l.figure_id
    ANTI JOIN no_longer_listed AS n ON n.account_id = l.account_id
    INNER JOIN accounts AS a ON a.account_id = l.account_id
)

SELECT
    p.platform,
    count(a.account_id)::INTEGER AS accounts,
    (SELECT count(*) FROM figures_of)::INTEGER AS figures
FROM platforms AS p
LEFT JOIN asked AS a ON a.platform = p.platform
GROUP BY p.platform
ORDER BY p.platform
