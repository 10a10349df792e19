-- One row per figure of $roster with an account on both platforms: the ratio of the last day (UTC) on which the followers of both are known; NULLs without such a day.
WITH held AS (
    SELECT l.figure_id, a.platform
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    UNION
    SELECT figure_id, platform
    FROM bounds
    WHERE reported_followers IS NOT NULL
)

SELECT
    f.figure_id,
    f.name,
    r.day,
    r.newer_followers,
    r.newer_least,
    r.newer_most, -- NULL: a lower bound
    r.older_followers,
    r.older_least,
    r.older_most, -- NULL: a lower bound
    r.ratio_least, -- Followers on the newer platform for each on the older, the least that the counts allow
    r.ratio_most, -- The most; NULL: it may be any number
    CASE
        WHEN r.day IS NULL THEN 'no common day'
        WHEN r.ratio_least >= 1 THEN 'as many'
        WHEN r.ratio_most < 1 THEN 'fewer'
        ELSE 'cannot be said'
    END AS standing,
    r.parity_by, -- The first day of as many for certain
    r.below_on -- The last day of fewer for certain, before it
FROM figures AS f
SEMI JOIN memberships AS m ON m.figure_id = f.figure_id AND m.roster = $roster
SEMI JOIN held AS n ON n.figure_id = f.figure_id AND n.platform = $newer
SEMI JOIN held AS o ON o.figure_id = f.figure_id AND o.platform = $older
LEFT JOIN audience_parities AS r ON r.figure_id = f.figure_id AND r.newer = $newer AND r.older = $older
ORDER BY f.name, f.figure_id
