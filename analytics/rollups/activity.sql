-- One row per accepted account: when it posted, how far that is known, and what else is known of its end. Each column is a thing of its own.
WITH latest AS (
    SELECT
        account_id,
        arg_max(first_day, covers_to) AS covered_from,
        arg_max(until_day, covers_to) AS covered_until
    FROM activity_covers
    GROUP BY account_id
),

posted AS (
    SELECT
        account_id,
        min(day) AS first_posted_on,
        max(day) AS last_posted_on
    FROM posted_days
    GROUP BY account_id
),

dormant AS (
    SELECT
        account_id,
        max(dormant_on) FILTER (WHERE returned_on IS NULL) AS dormant_on,
        max(returned_on) AS returned_on
    FROM dormancies(91)
    GROUP BY account_id
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
        arg_min(wording, before) AS announced_in_words
    FROM bounds
    WHERE event = 'announced'
    GROUP BY figure_id, platform
),

pointers AS (
    SELECT
        account_id,
        min(other) AS points_to
    FROM account_links
    WHERE kind = 'moved_to'
    GROUP BY account_id
)

SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    p.first_posted_on, -- Of what still stood at a look; earlier posts may have been deleted
    p.last_posted_on, -- Day (UTC) of the last post known; NULL: none is
    t.covered_from, -- Since this day every day was looked at
    t.covered_until, -- until this one, which was not as a whole; NULL: never looked at
    d.dormant_on, -- dormant91@1: since then it counts as dormant; NULL: it does not, or that is not known
    d.returned_on, -- returned91@1: the last time that it posted again after that
    q.quiet_on, -- quiet180@1: since then it counts as quiet
    n.announced_before, -- announced@1: a dated statement that the figure leaves, before this instant
    n.announced_in_words, -- As the source has it
    o.points_to, -- points_elsewhere@1: the account says that it has moved there
    e.left_before, -- Its owner ended it, before this instant
    e.gone_before -- The platform ended it, or nobody knows who did
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN latest AS t ON t.account_id = l.account_id
LEFT JOIN posted AS p ON p.account_id = l.account_id
LEFT JOIN dormant AS d ON d.account_id = l.account_id
LEFT JOIN quiets(180) AS q ON q.account_id = l.account_id AND q.figure_id = l.figure_id
LEFT JOIN announced AS n ON n.figure_id = l.figure_id AND n.platform = a.platform
LEFT JOIN pointers AS o ON o.account_id = l.account_id
LEFT JOIN ends AS e ON e.account_id = l.account_id AND e.figure_id = l.figure_id
WHERE l.state = 'accepted'
