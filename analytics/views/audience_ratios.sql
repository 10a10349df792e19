-- One row per figure, ordered pair of platforms and day (UTC) on which followers on both are known: the ratios that the counts allow.
SELECT
    n.figure_id,
    n.platform AS newer, -- The platform whose followers are divided
    o.platform AS older, -- The platform by whose followers they are divided
    n.day, -- The day (UTC) on which both counts are known
    n.followers AS newer_followers, -- Followers on the newer platform
    n.least AS newer_least, -- The fewest of these that a rounded count allows
    n.most AS newer_most, -- The most of these; NULL: the count is a lower bound
    o.followers AS older_followers, -- Followers on the older platform
    o.least AS older_least, -- The fewest of these that a rounded count allows
    o.most AS older_most, -- The most of these; NULL: the count is a lower bound
    CASE WHEN o.most IS NULL THEN 0.0::DOUBLE ELSE n.least::DOUBLE / o.most END AS ratio_least, -- The least ratio that the counts allow
    CASE WHEN n.most IS NOT NULL AND o.least > 0 THEN n.most::DOUBLE / o.least END AS ratio_most -- The largest ratio that the counts allow; NULL: no limit
FROM audience_days AS n
INNER JOIN audience_days AS o ON o.figure_id = n.figure_id AND o.day = n.day AND o.platform <> n.platform
-- Zero followers on the older platform, or two lower bounds, give no ratio.
WHERE coalesce(o.most > 0, n.most IS NOT NULL)
