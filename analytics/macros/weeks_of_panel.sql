-- One row per week, counted from a day, in which accounts of a list on a platform posted: how often, and how many of them. Only accounts of the panel around that day whose posts are known on every day from first to last.
-- in_roster: VARCHAR; the list.
-- on_platform: VARCHAR; its short name.
-- on_day: DATE; in UTC. Week 0 begins with it.
-- days: INTEGER; the panel is known for so many days before it, and as many from it on.
-- first: DATE; the first day for which each of the accounts is known.
-- last: DATE; the last such day.
-- from_day: DATE; the first day on which posts are counted.
-- to_day: DATE; the last such day.
WITH panel AS (
    SELECT account_id, row_number() OVER (ORDER BY account_id) - 1 AS number
    FROM (
        SELECT DISTINCT account_id
        FROM panel_around(in_roster, on_platform, on_day, days)
        WHERE first_day <= first AND until_day > last
    )
),

-- A set of numbers is a string of bits. To compare a million pairs of account and week would take three times as long.
chunks AS (
    SELECT
        floor((d.day - on_day) / 7)::INTEGER AS week,
        p.number // 4096 AS chunk,
        sum(d.posts_most) AS posts,
        bitstring_agg((p.number % 4096)::INTEGER, 0, 4095) AS accounts
    FROM activity_days AS d
    INNER JOIN panel AS p ON p.account_id = d.account_id
    WHERE d.posts_most > 0 AND d.day >= from_day AND d.day <= to_day
    GROUP BY week, chunk
)

SELECT
    week, -- 0: the week that begins with the day
    sum(posts)::BIGINT AS posts, -- Posts, replies and quotes
    sum(bit_count(accounts))::BIGINT AS accounts -- How many posted in that week
FROM chunks
GROUP BY week
