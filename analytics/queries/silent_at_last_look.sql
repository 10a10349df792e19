-- One row per figure of $roster and account on $platform of whose posts something is known: for how long it had posted nothing when somebody looked last. Roles, deaths and the time of a claim end the watch.
WITH held AS (
    SELECT
        l.figure_id,
        l.account_id,
        l.first_day,
        least(l.until_day, r.to_day + 1) AS until_day,
        a.last_posted_on,
        a.covered_from,
        CASE WHEN a.covered_until IS NOT NULL THEN least(a.covered_until, r.to_day + 1) END AS covered_until
    FROM activity AS a
    INNER JOIN links AS l ON l.figure_id = a.figure_id AND l.account_id = a.account_id
    INNER JOIN role_spans AS r ON r.figure_id = a.figure_id AND r.roster = $roster
    WHERE a.platform = $platform
),

-- If something is known about an account after the end of its role: the days before the end that were looked at, and the last post.
looked AS (
    SELECT h.figure_id, h.account_id, max(least(c.until_day, h.until_day)) AS until_day
    FROM held AS h
    INNER JOIN activity_covers AS c ON c.account_id = h.account_id
    WHERE
        h.covered_from >= h.until_day
        AND c.until_day > c.first_day
        AND coalesce(c.until_day > h.first_day, true)
        AND c.first_day < h.until_day
    GROUP BY h.figure_id, h.account_id
),

posted AS (
    SELECT h.figure_id, h.account_id, max(p.day) AS day
    FROM held AS h
    INNER JOIN posted_days AS p ON p.account_id = h.account_id
    WHERE
        h.last_posted_on >= h.until_day
        AND coalesce(p.day >= h.first_day, true)
        AND p.day < h.until_day
    GROUP BY h.figure_id, h.account_id
),

shown AS (
    -- An account that posted on the very day of the look has no whole day without a post.
    SELECT h.figure_id, h.account_id, max(p.day) AS day
    FROM held AS h
    INNER JOIN shown_posts AS p ON p.account_id = h.account_id
    WHERE coalesce(p.day >= h.first_day, true) AND coalesce(p.day < h.until_day, true)
    GROUP BY h.figure_id, h.account_id
),

watched AS (
    SELECT
        h.figure_id,
        h.account_id,
        greatest(CASE WHEN h.last_posted_on >= h.until_day THEN o.day ELSE h.last_posted_on END, p.day) AS last_posted_on,
        -- A look after a time in which nobody looked says nothing about the silence before.
        CASE
            WHEN s.last_posted_on IS NOT NULL THEN least(s.looked_until, h.until_day)
            WHEN h.covered_from >= h.until_day THEN greatest(t.until_day, p.day + 1)
            ELSE greatest(h.covered_until, p.day + 1)
        END AS watched_until,
        greatest(watched_until, h.covered_until) AS seen_until, -- Across days at which nobody looked
        s.last_posted_on IS NOT NULL AS is_silent
    FROM held AS h
    LEFT JOIN looked AS t ON t.figure_id = h.figure_id AND t.account_id = h.account_id
    LEFT JOIN shown AS p ON p.figure_id = h.figure_id AND p.account_id = h.account_id
    LEFT JOIN posted AS o ON o.figure_id = h.figure_id AND o.account_id = h.account_id
    LEFT JOIN silences AS s
        ON
            s.account_id = h.account_id
            AND coalesce(s.last_posted_on >= h.first_day, true)
            AND coalesce(s.last_posted_on < h.until_day, true)
            AND (s.returned_on IS NULL OR s.returned_on >= h.until_day)
    WHERE watched_until IS NOT NULL
),

dormant AS (
    SELECT account_id, last_posted_on, dormant_on, 28 AS days
    FROM silences_of(28)
    UNION ALL
    SELECT account_id, last_posted_on, dormant_on, 91
    FROM silences_of(91)
    UNION ALL
    SELECT account_id, last_posted_on, dormant_on, 180
    FROM silences_of(180)
),

lengths AS (
    SELECT
        w.figure_id,
        w.account_id,
        max(d.days) AS days
    FROM watched AS w
    INNER JOIN dormant AS d
        ON d.account_id = w.account_id AND d.last_posted_on = w.last_posted_on AND d.dormant_on < w.watched_until
    WHERE w.is_silent
    GROUP BY w.figure_id, w.account_id
)

SELECT
    f.figure_id,
    f.name,
    w.account_id,
    w.last_posted_on, -- NULL: no post is known. Where a profile alone shows it, perhaps of a repost
    w.watched_until - 1 AS looked_until, -- The last day that was looked at in a role. After 28 days or more without a post: the last before a day at which nobody looked
    coalesce(n.days, 0)::INTEGER AS silent_for, -- 180, 91 or 28: so many days at least without a post (dormant180@1, dormant91@1, dormant28@1); 0: fewer, or that is not known
    silent_for >= 28 AS is_silent_28,
    silent_for >= 91 AS is_silent_91,
    silent_for >= 180 AS is_silent_180,
    -- No post is known, nobody looked for a time after the last one, or the country blocked the platform.
    NOT is_silent_28 AND coalesce(w.seen_until - w.last_posted_on > 28, true) AS is_unknown_28,
    NOT is_silent_91 AND coalesce(w.seen_until - w.last_posted_on > 91, true) AS is_unknown_91,
    NOT is_silent_180 AND coalesce(w.seen_until - w.last_posted_on > 180, true) AS is_unknown_180
FROM watched AS w
INNER JOIN figures AS f ON f.figure_id = w.figure_id
LEFT JOIN lengths AS n ON n.figure_id = w.figure_id AND n.account_id = w.account_id
ORDER BY silent_for DESC, w.last_posted_on NULLS LAST, f.name, f.figure_id, w.account_id
