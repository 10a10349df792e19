-- One row per accepted account whose posts were looked at: from when until when it was under watch, and its last post in this time.
-- The end of the figure's last role, for example by death, ends the watch, and so does the time of a claim.
WITH watched AS (
    SELECT
        l.figure_id,
        a.platform,
        l.account_id,
        any_value(l.first_day) AS held_from_day,
        greatest(min(c.first_day), held_from_day) AS entered_on,
        arg_min(c.until_day, c.first_day) AS unbroken_until,
        least(any_value(t.until_day), any_value(l.until_day)) AS held_until_day, -- A post after the last look still ends a silence
        least(max(c.until_day), held_until_day) AS until_day
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN activity_covers AS c ON c.account_id = l.account_id
    LEFT JOIN ends_of_roles AS t ON t.figure_id = l.figure_id
    WHERE
        l.state = 'accepted'
        AND coalesce(c.until_day > l.first_day, true)
        AND coalesce(c.first_day < l.until_day, true)
        AND coalesce(c.first_day < t.until_day, true)
        AND c.until_day > c.first_day
    GROUP BY l.figure_id, a.platform, l.account_id
),

last_posts_in_time AS (
    SELECT
        w.figure_id,
        w.account_id,
        max(p.day) AS last_posted_on
    FROM watched AS w
    INNER JOIN posted_or_shown_days AS p
        ON
            p.account_id = w.account_id
            AND coalesce(p.day >= w.held_from_day, true)
            AND coalesce(p.day < w.held_until_day, true)
    GROUP BY w.figure_id, w.account_id
)

SELECT
    w.figure_id,
    w.platform,
    w.account_id,
    w.entered_on, -- The first day (UTC) that was looked at. An account that was there before enters the watch late
    p.last_posted_on, -- Day (UTC) of the last known post until the role or the claim ended; NULL: none is known
    CASE WHEN c.until_day > p.last_posted_on + 1 THEN c.until_day END AS looked_until, -- Each day after the last post and before this one was looked at; NULL: the day after it was not
    -- After the last post, the watch does not go on across days at which nobody looked. Without a post, such days count from the beginning.
    least(
        w.until_day,
        CASE
            WHEN p.last_posted_on >= w.entered_on - 1 THEN coalesce(looked_until, p.last_posted_on + 1)
            ELSE w.unbroken_until
        END
    ) AS until_day -- The first day after the watch
FROM watched AS w
LEFT JOIN last_posts_in_time AS p ON p.figure_id = w.figure_id AND p.account_id = w.account_id
-- Some spans hold no whole day. No two of the others begin on one day.
ASOF LEFT JOIN (SELECT * FROM activity_covers WHERE until_day > first_day) AS c
    ON c.account_id = w.account_id AND c.first_day <= p.last_posted_on + 1
ORDER BY w.figure_id, w.account_id
