-- One row per accepted account: when it posted, how far that is known, and what else is known about its end. No column implies another.
-- If a claim limits the time in which the account is the figure's, only whole days (UTC) of that time count.
WITH latest AS (
    SELECT
        l.figure_id,
        l.account_id,
        arg_max(greatest(c.first_day, l.first_day), c.covers_to) AS covered_from,
        arg_max(least(c.until_day, l.until_day), c.covers_to) AS covered_until
    FROM links AS l
    INNER JOIN activity_covers AS c ON c.account_id = l.account_id
    WHERE
        c.until_day > c.first_day
        AND coalesce(c.until_day > l.first_day, true)
        AND coalesce(c.first_day < l.until_day, true)
    GROUP BY l.figure_id, l.account_id
),

posted AS (
    SELECT
        l.figure_id,
        l.account_id,
        min(p.day) AS first_posted_on,
        max(p.day) AS last_posted_on
    FROM links AS l
    INNER JOIN posted_days AS p ON p.account_id = l.account_id
    WHERE coalesce(p.day >= l.first_day, true) AND coalesce(p.day < l.until_day, true)
    GROUP BY l.figure_id, l.account_id
),

dormant AS (
    SELECT
        l.figure_id,
        l.account_id,
        max(d.dormant_on) FILTER (WHERE d.returned_on IS NULL OR d.returned_on >= l.until_day) AS dormant_on,
        max(d.returned_on) FILTER (WHERE coalesce(d.returned_on < l.until_day, true)) AS returned_on
    FROM links AS l
    INNER JOIN dormancies(91) AS d ON d.account_id = l.account_id
    WHERE coalesce(d.last_posted_on >= l.first_day, true) AND coalesce(d.dormant_on < l.until_day, true)
    GROUP BY l.figure_id, l.account_id
),

ends AS (
    SELECT
        figure_id,
        account_id,
        max(ended_before) FILTER (WHERE ended_by = 'owner') AS left_before,
        max(ended_before) FILTER (WHERE ended_by <> 'owner') AS gone_before
    FROM stays
    WHERE ended_before IS NOT NULL
    GROUP BY figure_id, account_id
),

announced AS (
    SELECT
        figure_id,
        platform,
        min(before) AS announced_before,
        first(wording ORDER BY before, bound_id) AS announced_in_words
    FROM bounds
    WHERE event = 'announced'
    GROUP BY figure_id, platform
),

pointers AS (
    SELECT
        l.figure_id,
        l.account_id,
        first(m.moved_to ORDER BY m.before DESC, m.moved_to) AS points_to
    FROM links AS l
    INNER JOIN moved_accounts AS m ON m.account_id = l.account_id
    WHERE
        (l.held_from IS NULL OR m.before >= l.held_from)
        AND (l.held_until IS NULL OR m.before < l.held_until)
    GROUP BY l.figure_id, l.account_id
)

SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    p.first_posted_on, -- Day (UTC) of the first post that still stood at a look; earlier posts may have been deleted
    p.last_posted_on, -- Day (UTC) of the last known post; NULL: none is known
    t.covered_from, -- The first day of the latest span in which every day was looked at
    t.covered_until, -- The first day after that span; NULL: never looked at
    d.dormant_on, -- dormant91@1: the day from which it counts as dormant; NULL: not dormant, or unknown
    d.returned_on, -- returned91@1: the last day on which it posted again after being dormant
    q.quiet_on, -- quiet180@1: the day from which it counts as quiet
    n.announced_before, -- announced@1: before this instant a dated statement says that the figure leaves
    n.announced_in_words, -- The words of that statement
    o.points_to, -- points_elsewhere@1: the account to which it says that it has moved, and first said so while it was the figure's
    e.left_before, -- Before this instant its owner ended it
    e.gone_before -- Before this instant the platform ended it, or nobody knows who did
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN latest AS t ON t.account_id = l.account_id AND t.figure_id = l.figure_id
LEFT JOIN posted AS p ON p.account_id = l.account_id AND p.figure_id = l.figure_id
LEFT JOIN dormant AS d ON d.account_id = l.account_id AND d.figure_id = l.figure_id
LEFT JOIN quiets(180) AS q ON q.account_id = l.account_id AND q.figure_id = l.figure_id
LEFT JOIN announced AS n ON n.figure_id = l.figure_id AND n.platform = a.platform
LEFT JOIN pointers AS o ON o.account_id = l.account_id AND o.figure_id = l.figure_id
LEFT JOIN ends AS e ON e.account_id = l.account_id AND e.figure_id = l.figure_id
WHERE l.state = 'accepted'
