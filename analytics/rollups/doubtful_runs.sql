-- One row per run in which an unusual share of a platform's accounts turned "gone" at once: views hold until a later run agrees.
WITH answers AS (
    SELECT
        o.run_id,
        o.account_id,
        t.is_gone,
        lag(t.is_gone) OVER (PARTITION BY o.account_id ORDER BY o.valid_at) AS was_gone
    FROM observations AS o
    INNER JOIN statuses AS t ON t.status = o.status
    SEMI JOIN (SELECT account_id FROM seen_accounts WHERE statuses > 1) AS s ON s.account_id = o.account_id
),

turned AS (
    SELECT run_id, account_id
    FROM answers
    WHERE is_gone AND NOT was_gone
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
    -- An archive shows no platform as it is today.
    INNER JOIN runs AS r ON r.run_id = t.run_id AND r.source = 'live'
    GROUP BY t.run_id
)

SELECT
    c.run_id,
    r.platform,
    r.started_at,
    c.newly_gone::INTEGER AS newly_gone, -- Accounts that were there when last seen
    r.observed, -- Accounts with an answer in the run
    c.newly_gone / r.observed AS gone_share, -- The one by the other
    2 * c.seen_again < c.newly_gone AS is_holding -- Most of them had no answer yet in a run a day later or more
FROM counted AS c
INNER JOIN runs AS r ON r.run_id = c.run_id
-- A tenth of the accounts, and more than a few, do not leave on the same day by chance.
WHERE c.newly_gone >= 5 AND c.newly_gone >= 0.1 * r.observed
ORDER BY r.started_at DESC
