-- One row per figure of a list with an accepted account on a platform: since when, until when it was under watch, and what ended that.
-- of_roster: VARCHAR; the list.
-- of_platform: VARCHAR; the platform.
-- days: INTEGER; how many days without a post are quiet. With 180 this is quiet180@1, on the day from which it counts.
-- All days are of UTC. Several accounts of one figure: the one of which most is known.
WITH people AS (
    SELECT figure_id, min(role) AS role, min(party) AS party, min(unit) AS unit
    FROM memberships
    WHERE roster = of_roster
    GROUP BY figure_id
),

terms AS (
    SELECT figure_id, CASE WHEN count(to_day) = count(*) THEN max(to_day) + 1 END AS until_day
    FROM memberships
    GROUP BY figure_id
),

first_stays AS (
    SELECT *
    FROM stays
    WHERE platform = of_platform AND stay = 1 AND account_id IS NOT NULL
),

accounts_of AS (
    SELECT
        l.figure_id,
        l.account_id,
        s.joined_not_before,
        s.joined_before,
        q.entered_on,
        q.quiet_on,
        t.covered_until,
        e.ended_not_before,
        e.ended_before,
        e.ended_by
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id AND a.platform = of_platform
    SEMI JOIN people AS p ON p.figure_id = l.figure_id
    LEFT JOIN first_stays AS s ON s.account_id = l.account_id AND s.figure_id = l.figure_id
    LEFT JOIN quiets(days) AS q ON q.account_id = l.account_id AND q.figure_id = l.figure_id
    LEFT JOIN (SELECT account_id, max(until_day) AS covered_until FROM activity_covers GROUP BY account_id) AS t
        ON t.account_id = l.account_id
    LEFT JOIN first_stays AS e ON e.account_id = l.account_id AND e.figure_id = l.figure_id AND e.ended_before IS NOT NULL
    WHERE l.state = 'accepted'
    -- Of several accounts the one that is known best: looked at, dated, the earliest.
    QUALIFY row_number() OVER (
        PARTITION BY l.figure_id
        ORDER BY q.entered_on IS NULL, s.joined_not_before IS NULL, s.joined_before NULLS LAST, l.account_id
    ) = 1
),

-- Whatever ends a watch, by the first and the last day on which it can have come.
ends AS (
    SELECT figure_id, 'quiet' AS what, quiet_on AS from_day, quiet_on AS to_day FROM accounts_of WHERE quiet_on IS NOT NULL
    UNION ALL
    SELECT
        figure_id,
        CASE ended_by WHEN 'owner' THEN 'deleted' WHEN 'platform' THEN 'ended by platform' ELSE 'not found' END,
        coalesce(timezone('UTC', ended_not_before)::DATE, covered_until),
        timezone('UTC', ended_before - INTERVAL 1 MICROSECOND)::DATE
    FROM accounts_of
    -- Nobody falls quiet unseen within 45 days after the last look at posts: later ends are not under watch.
    WHERE ended_before IS NOT NULL AND coalesce(timezone('UTC', ended_not_before)::DATE <= covered_until + 45, true)
    UNION ALL
    SELECT a.figure_id, 'left office', t.until_day, t.until_day
    FROM accounts_of AS a
    INNER JOIN terms AS t ON t.figure_id = a.figure_id
    WHERE t.until_day <= a.covered_until
    UNION ALL
    SELECT figure_id, NULL, covered_until, covered_until FROM accounts_of WHERE covered_until IS NOT NULL
),

first_ends AS (
    SELECT *
    FROM ends
    QUALIFY row_number() OVER (PARTITION BY figure_id ORDER BY what IS NULL, to_day, what) = 1
)

SELECT
    f.figure_id,
    f.name,
    f.country,
    p.role,
    p.party,
    p.unit,
    timezone('UTC', a.joined_not_before)::DATE AS joined_from, -- All days are of UTC. The first day on which it can have joined; NULL: undated
    timezone('UTC', a.joined_before - INTERVAL 1 MICROSECOND)::DATE AS joined_to, -- The last; NULL: undated
    a.entered_on, -- The first day that was looked at; NULL: none was
    e.from_day AS left_from, -- The first day on which the watch can have ended
    e.to_day AS left_to, -- The last
    CASE
        WHEN a.entered_on IS NULL THEN 'not looked at'
        WHEN joined_from IS NULL OR joined_to IS NULL THEN 'undated'
        ELSE coalesce(e.what, 'still there')
    END AS fate, -- quiet, deleted, ended by platform, not found, left office, still there (when the watch ended), undated, not looked at
    fate NOT IN ('undated', 'not looked at') AS is_known,
    -- Days since it joined: short, if it joined as late and ended as early as can be, and long.
    greatest(a.entered_on - joined_to, 0) AS entered_short,
    left_from - joined_to AS left_short,
    greatest(a.entered_on - joined_from, 0) AS entered_long,
    left_to - joined_from AS left_long
FROM accounts_of AS a
INNER JOIN figures AS f ON f.figure_id = a.figure_id
INNER JOIN people AS p ON p.figure_id = a.figure_id
LEFT JOIN first_ends AS e ON e.figure_id = a.figure_id
