-- One row per list, platform and day (UTC) on which a number changes: how many accounts active28@1 calls active, and how many not.
WITH listed AS (
    SELECT DISTINCT
        m.roster,
        a.platform,
        l.account_id
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN memberships AS m ON m.figure_id = l.figure_id
    WHERE l.state = 'accepted'
),

sizes AS (
    SELECT
        roster,
        platform,
        count(*) AS accounts
    FROM listed
    GROUP BY roster, platform
),

changes AS (
    SELECT
        l.roster,
        l.platform,
        unnest([s.from_day, s.until_day]) AS day,
        unnest([1, -1]) AS step,
        s.is_active
    FROM active28 AS s
    INNER JOIN listed AS l ON l.account_id = s.account_id
),

steps AS (
    SELECT
        roster,
        platform,
        day,
        coalesce(sum(step) FILTER (WHERE is_active), 0) AS active,
        coalesce(sum(step) FILTER (WHERE NOT is_active), 0) AS inactive
    FROM changes
    GROUP BY roster, platform, day
)

SELECT
    t.roster,
    t.platform,
    t.day, -- Until the next row's day nothing changes
    (sum(t.active) OVER so_far)::BIGINT AS active_accounts, -- Posted on one of the 28 days that end with the day
    (sum(t.inactive) OVER so_far)::BIGINT AS inactive_accounts, -- Posted on none, and all were looked at
    z.accounts - active_accounts - inactive_accounts AS unknown_accounts -- Not looked at on all of the 28 days, and no post known on any
FROM steps AS t
INNER JOIN sizes AS z ON z.roster = t.roster AND z.platform = t.platform
WINDOW so_far AS (
    PARTITION BY t.roster, t.platform
    ORDER BY t.day
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
