-- One row per list, platform and day (UTC) on which a number changes: how many accounts active28@1 calls active, and how many not active.
WITH listed AS (
    SELECT
        m.roster,
        a.platform,
        l.account_id,
        -- From the first day on which it belonged to anybody on the list, to the last.
        CASE WHEN count(l.first_day) = count(*) THEN min(l.first_day) END AS first_day,
        CASE WHEN count(l.until_day) = count(*) THEN max(l.until_day) END AS until_day
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN memberships AS m ON m.figure_id = l.figure_id
    WHERE l.state = 'accepted'
    GROUP BY m.roster, a.platform, l.account_id
),

sizes AS (
    SELECT
        roster,
        platform,
        count(*) FILTER (WHERE first_day IS NULL) AS accounts
    FROM listed
    GROUP BY roster, platform
),

changes AS (
    SELECT
        l.roster,
        l.platform,
        -- Each of the 28 days must be one of theirs.
        unnest([greatest(s.from_day, l.first_day + 27), least(s.until_day, l.until_day)]) AS day,
        unnest([1, -1]) AS step,
        s.is_active
    FROM active28 AS s
    INNER JOIN listed AS l ON l.account_id = s.account_id
    WHERE greatest(s.from_day, l.first_day + 27) < least(s.until_day, l.until_day)
    UNION ALL
    SELECT
        roster,
        platform,
        unnest([first_day, until_day]) AS day,
        unnest([1, -1]) AS step,
        NULL AS is_active
    FROM listed
),

steps AS (
    SELECT
        roster,
        platform,
        day,
        coalesce(sum(step) FILTER (WHERE is_active), 0) AS active,
        coalesce(sum(step) FILTER (WHERE NOT is_active), 0) AS inactive,
        coalesce(sum(step) FILTER (WHERE is_active IS NULL), 0) AS held
    FROM changes
    WHERE day IS NOT NULL
    GROUP BY roster, platform, day
)

SELECT
    t.roster,
    t.platform,
    t.day, -- The day, in UTC. The numbers hold until the day of the next row
    (sum(t.active) OVER so_far)::BIGINT AS active_accounts, -- Accounts with a post on one of the 28 days that end with the day
    (sum(t.inactive) OVER so_far)::BIGINT AS inactive_accounts, -- Accounts without a post on these days, all of which were looked at
    (z.accounts + sum(t.held) OVER so_far)::BIGINT - active_accounts - inactive_accounts AS unknown_accounts -- Accounts without a known post on these days, not all of which were looked at, or which are not all in the time of their claim
FROM steps AS t
INNER JOIN sizes AS z ON z.roster = t.roster AND z.platform = t.platform
WINDOW so_far AS (
    PARTITION BY t.roster, t.platform
    ORDER BY t.day
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
