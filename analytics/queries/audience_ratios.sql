-- One row per figure of $roster with an account on both platforms and day (UTC) on which the followers of both are known; a figure without such a day has one row with NULLs.
WITH held AS (
    SELECT l.figure_id, a.platform
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    UNION
    SELECT figure_id, platform
    FROM audience
    WHERE source = 'report'
),

people AS (
    SELECT f.figure_id, f.name
    FROM figures AS f
    SEMI JOIN memberships AS m ON m.figure_id = f.figure_id AND m.roster = $roster
    SEMI JOIN held AS n ON n.figure_id = f.figure_id AND n.platform = $newer
    SEMI JOIN held AS o ON o.figure_id = f.figure_id AND o.platform = $older
),

counts AS (
    SELECT
        u.figure_id,
        u.platform,
        u.account_id,
        -- A report is dated by the end of its day.
        timezone('UTC', u.valid_at - INTERVAL 1 MICROSECOND)::DATE AS day,
        u.valid_at,
        u.followers,
        greatest(u.followers - coalesce(u.followers_precision, 0), 0) AS least,
        CASE WHEN NOT u.reported_is_least THEN u.followers + coalesce(u.followers_precision, 0) END AS most,
        max(u.followers) OVER (PARTITION BY u.figure_id, u.platform, u.account_id) AS ever
    FROM audience AS u
    SEMI JOIN people AS p ON p.figure_id = u.figure_id
    WHERE u.platform IN ($newer, $older)
),

-- The account of a figure that ever had most followers; of several counts of a day the most exact, then the latest.
days AS (
    SELECT *
    FROM counts
    QUALIFY
        dense_rank() OVER (PARTITION BY figure_id, platform ORDER BY ever DESC, account_id NULLS LAST) = 1
        AND row_number() OVER (
            PARTITION BY figure_id, platform, account_id, day
            ORDER BY most - least NULLS LAST, valid_at DESC, followers DESC
        ) = 1
),

ratios AS (
    SELECT
        n.figure_id,
        n.day,
        n.followers AS newer_followers,
        n.least AS newer_least,
        n.most AS newer_most,
        o.followers AS older_followers,
        o.least AS older_least,
        o.most AS older_most,
        CASE WHEN o.most IS NULL THEN 0.0::DOUBLE ELSE n.least::DOUBLE / o.most END AS ratio_least,
        CASE WHEN n.most IS NOT NULL AND o.least > 0 THEN n.most::DOUBLE / o.least END AS ratio_most
    FROM days AS n
    INNER JOIN days AS o ON o.figure_id = n.figure_id AND o.day = n.day
    WHERE
        n.platform = $newer AND o.platform = $older
        -- No ratio to nobody; none of two lower bounds.
        AND coalesce(o.most > 0, n.most IS NOT NULL)
),

parities AS (
    SELECT
        figure_id,
        max(day) AS last_day,
        min(day) FILTER (WHERE ratio_least >= 1) AS parity_by
    FROM ratios
    GROUP BY figure_id
),

below AS (
    SELECT r.figure_id, max(r.day) AS below_on
    FROM ratios AS r
    INNER JOIN parities AS s ON s.figure_id = r.figure_id
    WHERE r.ratio_most < 1 AND coalesce(r.day < s.parity_by, true)
    GROUP BY r.figure_id
)

SELECT
    p.figure_id,
    p.name,
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
    r.day IS NOT DISTINCT FROM s.last_day AS is_last,
    s.parity_by, -- The first day of as many for certain
    b.below_on -- The last day of fewer for certain, before it
FROM people AS p
LEFT JOIN ratios AS r ON r.figure_id = p.figure_id
LEFT JOIN parities AS s ON s.figure_id = p.figure_id
LEFT JOIN below AS b ON b.figure_id = p.figure_id
ORDER BY p.name, p.figure_id, r.day
