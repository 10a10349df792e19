-- One row per run in which an unusual share of a platform's accounts turned "gone" at once. Views ignore these answers until a later run agrees.
WITH gone AS (
    SELECT o.run_id, o.account_id
    FROM observations AS o
    INNER JOIN statuses AS t ON t.status = o.status AND t.is_gone
),

-- Accounts that turned gone in a run were gone in it. So a run in which few were gone needs no comparison.
suspected AS (
    SELECT g.run_id
    FROM gone AS g
    INNER JOIN runs AS r ON r.run_id = g.run_id
    GROUP BY g.run_id, r.observed
    HAVING count(*) >= 5 AND count(*) >= 0.1 * r.observed
),

answers AS (
    SELECT
        o.run_id,
        o.account_id,
        t.is_gone,
        lag(t.is_gone) OVER (PARTITION BY o.account_id ORDER BY o.valid_at) AS was_gone
    FROM observations AS o
    INNER JOIN statuses AS t ON t.status = o.status
    SEMI JOIN (SELECT account_id FROM seen_accounts WHERE statuses > 1) AS s ON s.account_id = o.account_id
    SEMI JOIN (
        SELECT g.account_id FROM gone AS g SEMI JOIN suspected AS u ON u.run_id = g.run_id
    ) AS g ON g.account_id = o.account_id
),

turned AS (
    SELECT a.run_id, a.account_id
    FROM answers AS a
    SEMI JOIN suspected AS u ON u.run_id = a.run_id
    WHERE a.is_gone AND NOT a.was_gone
),

counted AS (
    SELECT
        t.run_id,
        count(*) AS newly_gone,
        count(*) FILTER (
            WHERE EXISTS (
                SELECT 1
                FROM observations AS o
                INNER JOIN runs AS later ON later.run_id = o.run_id AND later.source = 'live'
                WHERE o.account_id = t.account_id AND later.started_at >= r.started_at + INTERVAL 24 HOURS
            )
        ) AS seen_again
    FROM turned AS t
    -- Archived pages do not show the platform as it is now.
    INNER JOIN runs AS r ON r.run_id = t.run_id AND r.source = 'live'
    GROUP BY t.run_id
)

SELECT
    c.run_id,
    r.platform,
    r.started_at,
    c.newly_gone::INTEGER AS newly_gone, -- How many accounts turned gone in the run, and were there when last seen
    r.observed, -- How many accounts had an answer in the run
    c.newly_gone / r.observed AS gone_share, -- newly_gone divided by observed
    2 * c.seen_again < c.newly_gone AS is_holding -- Whether views still ignore these answers, because most of the accounts had no answer yet in a run at least a day later
FROM counted AS c
INNER JOIN runs AS r ON r.run_id = c.run_id
-- A tenth of the accounts, and at least five, do not leave on the same day by chance.
WHERE c.newly_gone >= 5 AND c.newly_gone >= 0.1 * r.observed
ORDER BY r.started_at DESC
