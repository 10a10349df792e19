-- One row per figure, platform and day (UTC) on which followers on several platforms are known, for the account that ever had most.
-- Most people are counted on one platform: without them a version stays small.
WITH compared AS (
    SELECT figure_id
    FROM audience
    GROUP BY figure_id
    HAVING count(DISTINCT platform) > 1
),

counts AS (
    SELECT
        figure_id,
        platform,
        account_id,
        -- A report is dated by the end of its day.
        timezone('UTC', valid_at - INTERVAL 1 MICROSECOND)::DATE AS day,
        valid_at,
        followers,
        greatest(followers - coalesce(followers_precision, 0), 0) AS least,
        CASE WHEN NOT reported_is_least THEN followers + coalesce(followers_precision, 0) END AS most
    FROM audience
    SEMI JOIN compared ON compared.figure_id = audience.figure_id
),

most_followed AS (
    SELECT
        figure_id,
        platform,
        account_id,
        max(followers) AS ever
    FROM counts
    GROUP BY figure_id, platform, account_id
    QUALIFY row_number() OVER (PARTITION BY figure_id, platform ORDER BY max(followers) DESC, account_id NULLS LAST) = 1
),

-- The most exact count of a day, then the latest. A lower bound is the least exact.
chosen AS (
    SELECT
        c.figure_id,
        c.platform,
        c.day,
        arg_min(
            {'followers': c.followers, 'least': c.least, 'most': c.most},
            (coalesce(c.most - c.least, 9223372036854775807), -epoch_us(c.valid_at), -c.followers)
        ) AS count
    FROM counts AS c
    INNER JOIN most_followed AS m
        ON m.figure_id = c.figure_id AND m.platform = c.platform AND m.account_id IS NOT DISTINCT FROM c.account_id
    GROUP BY c.figure_id, c.platform, c.day
)

SELECT
    figure_id,
    platform,
    day, -- The day, in UTC. A day with counts on one platform only has no row
    count['followers'] AS followers, -- The most exact count of the day, then the latest
    count['least'] AS least, -- The fewest followers that a rounded count allows
    count['most'] AS most -- The most followers; NULL: the count is a lower bound
FROM chosen
QUALIFY count(*) OVER (PARTITION BY figure_id, day) > 1
ORDER BY figure_id, platform, day
