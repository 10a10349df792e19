-- One row per accepted account that was looked at: its last post, and whether that counts as an end or the watch ended before.
-- days: INTEGER; how many days without a post must follow the last one. With 180 this is quiet180@1.
-- The end of the figure's last role, as its death, ends the watch: no quiet event follows.
WITH roles AS (
    SELECT
        figure_id,
        CASE WHEN count(to_day) = count(*) THEN max(to_day) + 1 END AS until_day
    FROM memberships
    GROUP BY figure_id
),

watched AS (
    SELECT
        l.figure_id,
        l.account_id,
        min(c.first_day) AS entered_on,
        least(max(c.until_day), any_value(r.until_day)) AS until_day
    FROM links AS l
    INNER JOIN activity_covers AS c ON c.account_id = l.account_id
    LEFT JOIN roles AS r ON r.figure_id = l.figure_id
    WHERE l.state = 'accepted'
    GROUP BY l.figure_id, l.account_id
),

last_posts AS (
    SELECT
        w.figure_id,
        w.account_id,
        max(p.day) FILTER (WHERE p.day < w.until_day) AS last_posted_on
    FROM watched AS w
    LEFT JOIN posted_days AS p ON p.account_id = w.account_id
    GROUP BY w.figure_id, w.account_id
)

SELECT
    w.figure_id,
    a.platform,
    w.account_id,
    w.entered_on, -- The first day that was looked at: who was there before enters late
    p.last_posted_on, -- NULL: none is known
    c.account_id IS NOT NULL AS is_quiet,
    CASE WHEN c.account_id IS NOT NULL THEN p.last_posted_on + days END AS quiet_on, -- Since then it counts as quiet
    CASE WHEN c.account_id IS NULL THEN w.until_day END AS censored_on, -- The watch ended here, and nothing had ended before
    'quiet' || days || '@1' AS definition
FROM watched AS w
INNER JOIN accounts AS a ON a.account_id = w.account_id
LEFT JOIN last_posts AS p ON p.figure_id = w.figure_id AND p.account_id = w.account_id
LEFT JOIN activity_covers AS c
    ON
        c.account_id = w.account_id
        AND c.first_day <= p.last_posted_on + 1
        AND c.until_day > p.last_posted_on + days
        AND w.until_day > p.last_posted_on + days
