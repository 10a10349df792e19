-- One row per figure and ordered pair of platforms with a ratio of followers: the last ratio, and the first day of as many followers.
WITH ever AS (
    SELECT
        figure_id,
        newer,
        older,
        max(day) AS day,
        min(day) FILTER (WHERE ratio_least >= 1) AS parity_by
    FROM audience_ratios
    GROUP BY figure_id, newer, older
),

below AS (
    SELECT
        r.figure_id,
        r.newer,
        r.older,
        max(r.day) AS below_on
    FROM audience_ratios AS r
    INNER JOIN ever AS e ON e.figure_id = r.figure_id AND e.newer = r.newer AND e.older = r.older
    WHERE r.ratio_most < 1 AND coalesce(r.day < e.parity_by, true)
    GROUP BY r.figure_id, r.newer, r.older
)

SELECT
    r.figure_id, -- The figure, of `figures`
    r.newer, -- The platform whose followers are divided
    r.older, -- The platform by whose followers they are divided
    r.day, -- The last day (UTC) on which both counts are known
    r.newer_followers, -- Followers on the newer platform
    r.newer_least, -- The fewest of these that a rounded count allows
    r.newer_most, -- The most of these; NULL: the count is a lower bound
    r.older_followers, -- Followers on the older platform
    r.older_least, -- The fewest of these that a rounded count allows
    r.older_most, -- The most of these; NULL: the count is a lower bound
    r.ratio_least, -- The least ratio that the counts allow
    r.ratio_most, -- The largest ratio that the counts allow; NULL: no limit
    e.parity_by, -- The first day on which they certainly have as many on the newer platform; NULL: none
    b.below_on -- The last day before parity_by on which they certainly have fewer; NULL: none
FROM ever AS e
INNER JOIN audience_ratios AS r
    ON r.figure_id = e.figure_id AND r.newer = e.newer AND r.older = e.older AND r.day = e.day
LEFT JOIN below AS b ON b.figure_id = e.figure_id AND b.newer = e.newer AND b.older = e.older
ORDER BY r.figure_id, r.newer, r.older
