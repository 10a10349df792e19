-- One row per run in which an unusual share of a platform's accounts turned "gone" at once: views hold until a later run agrees.
WITH answers AS (
    SELECT
        o.run_id,
        o.account_id,
        o.status IN ('not_found', 'deleted', 'deactivated', 'suspended', 'platform_closed') AS is_gone,
        lag(o.status IN ('not_found', 'deleted', 'deactivated', 'suspended', 'platform_closed'))
            OVER (PARTITION BY o.account_id ORDER BY o.valid_at) AS was_gone
    FROM observations AS o
    SEMI JOIN (SELECT account_id FROM sightings WHERE statuses > 1) AS s ON s.account_id = o.account_id
),

turned AS (
    SELECT run_id, count(*) AS newly_gone
    FROM answers
    WHERE is_gone AND NOT was_gone
    GROUP BY run_id
)

SELECT
    t.run_id,
    r.platform,
    r.started_at,
    t.newly_gone::INTEGER AS newly_gone, -- Accounts that were there when last seen
    r.observed, -- Accounts with an answer in the run
    t.newly_gone / r.observed AS gone_share, -- The one by the other
    NOT EXISTS (
        SELECT 1 FROM runs AS later
        WHERE
            later.platform = r.platform
            AND later.source = 'live'
            AND later.started_at >= r.started_at + INTERVAL 24 HOURS
            AND later.observed > 0
    ) AS is_holding -- No later run could confirm it yet
FROM turned AS t
-- An archive shows no platform as it is today.
INNER JOIN runs AS r ON r.run_id = t.run_id AND r.source = 'live'
-- A tenth of the accounts, and more than a few, do not leave on the same day by chance.
WHERE t.newly_gone >= 5 AND t.newly_gone >= 0.1 * r.observed
ORDER BY r.started_at DESC
