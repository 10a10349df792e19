-- One row per accepted account of the figures on the list $roster: its latest follower count, the one that held at $since, and its posts. NULL: not read.
WITH held AS (
    SELECT figure_id, account_id, first_day, until_day
    FROM links AS l
    SEMI JOIN memberships AS m ON m.figure_id = l.figure_id AND m.roster = $roster
),

-- Each with the time in which it belonged to anybody on the list.
members AS (
    SELECT
        account_id,
        CASE WHEN count(first_day) = count(*) THEN min(first_day) END AS first_day,
        CASE WHEN count(until_day) = count(*) THEN max(until_day) END AS until_day
    FROM held
    GROUP BY account_id
),

counts AS (
    -- Two waves of one day may show different counts. The order is complete, so that one of them stands with its own precision.
    SELECT
        u.account_id,
        u.valid_at,
        {'at': u.valid_at, 'followers': u.followers, 'precision': u.followers_precision, 'day': u.counted_on} AS shown
    FROM audience AS u
    SEMI JOIN held AS h ON h.account_id = u.account_id AND h.figure_id = u.figure_id
    WHERE u.source <> 'report'
),

latest AS (
    SELECT account_id, max(shown) AS shown
    FROM counts
    GROUP BY account_id
),

earlier AS (
    SELECT account_id, max(shown) AS shown
    FROM counts
    WHERE valid_at <= $since
    GROUP BY account_id
),

-- The latest unbroken cover, thirteen weeks of it at most.
covers AS (
    SELECT account_id, greatest(max_by(first_day, until_day), max(until_day) - 91) AS from_day, max(until_day) AS until_day
    FROM (
        SELECT m.account_id, greatest(c.first_day, m.first_day) AS first_day, least(c.until_day, m.until_day) AS until_day
        FROM activity_covers AS c
        INNER JOIN members AS m ON m.account_id = c.account_id
    )
    GROUP BY account_id
),

posted AS (
    SELECT c.account_id, c.until_day - c.from_day AS days, coalesce(sum(d.posts), 0) AS posts
    FROM covers AS c
    LEFT JOIN activity_days AS d ON d.account_id = c.account_id AND d.day >= c.from_day AND d.day < c.until_day
    GROUP BY c.account_id, c.from_day, c.until_day
    HAVING c.until_day - c.from_day >= 7 -- A shorter time says nothing about a week
)

SELECT
    m.account_id,
    n.shown.followers,
    n.shown.precision AS followers_precision,
    n.shown.at AS counted_at,
    n.shown.day AS counted_on,
    e.shown.followers AS earlier_followers,
    e.shown.precision AS earlier_precision,
    e.shown.at AS earlier_at,
    e.shown.day AS earlier_on,
    round(7 * p.posts / p.days, 1)::DOUBLE AS posts_a_week, -- Posts and quotes, without replies and reposts
    a.last_posted_on
FROM members AS m
LEFT JOIN latest AS n ON n.account_id = m.account_id
LEFT JOIN earlier AS e ON e.account_id = m.account_id
LEFT JOIN posted AS p ON p.account_id = m.account_id
LEFT JOIN (
    SELECT account_id, max(last_posted_on) AS last_posted_on
    FROM activity
    SEMI JOIN held ON held.account_id = activity.account_id AND held.figure_id = activity.figure_id
    GROUP BY account_id
) AS a
    ON a.account_id = m.account_id
ORDER BY m.account_id
