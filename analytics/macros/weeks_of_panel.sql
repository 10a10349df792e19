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
    SELECT
        n.number // 4096 AS chunk,
        bitstring_agg(n.number % 4096, 0, 4095) AS accounts
    FROM account_numbers AS n
    SEMI JOIN (
        SELECT account_id
        FROM panel_around(in_roster, on_platform, on_day, days)
        WHERE first_day <= first AND until_day > last
    ) AS p ON p.account_id = n.account_id
    GROUP BY chunk
),

-- A day's posts are the sum, over the binary digits, of the accounts with that digit times its worth.
chunks AS (
    SELECT
        floor((d.day - on_day) / 7)::INTEGER AS week,
        d.chunk,
        sum(bit_count(d.accounts::BIT & p.accounts)::BIGINT << d.digit) AS posts,
        bit_or(d.accounts::BIT & p.accounts) AS accounts
    FROM post_digits AS d
    INNER JOIN panel AS p ON p.chunk = d.chunk
    WHERE d.platform = on_platform AND d.day >= from_day AND d.day <= to_day
    GROUP BY week, d.chunk
)

SELECT
    week, -- 0: the week that begins with the day
    sum(posts)::BIGINT AS posts, -- Posts, replies and quotes
    sum(bit_count(accounts))::BIGINT AS accounts -- How many posted in that week
FROM chunks
GROUP BY week
HAVING sum(posts) > 0
