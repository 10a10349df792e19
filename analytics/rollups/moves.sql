-- One row per transition: joined, renamed, moved, left, returned, ended by platform. What a roster knew at first is no move.
WITH baseline AS (
    SELECT m.figure_id, min(r.loaded_at) AS loaded_at
    FROM memberships AS m
    INNER JOIN rosters AS r ON r.roster = m.roster
    GROUP BY m.figure_id
),

arrivals AS (
    SELECT j.figure_id, j.platform, j.account_id, 'joined' AS move, j.joined_not_before AS not_before, j.joined_before AS before
    FROM joins AS j
    INNER JOIN baseline AS b ON b.figure_id = j.figure_id
    WHERE j.spell = 1 AND j.joined_not_before >= b.loaded_at
),

renames AS (
    SELECT l.figure_id, a.platform, h.account_id, 'renamed' AS move, h.valid_from AS not_before, h.valid_from AS before
    FROM (
        SELECT
            account_id,
            handle,
            valid_from,
            lag(handle) OVER (PARTITION BY account_id ORDER BY valid_from) AS previous
        FROM handles
        WHERE kind = 'registry'
    ) AS h
    INNER JOIN links AS l ON l.account_id = h.account_id
    INNER JOIN accounts AS a ON a.account_id = h.account_id
    INNER JOIN baseline AS b ON b.figure_id = l.figure_id
    WHERE h.previous IS NOT NULL AND h.valid_from >= b.loaded_at
),

successions AS (
    SELECT
        l.figure_id,
        m.platform,
        m.account_id,
        CASE WHEN m.is_other_server THEN 'moved server' ELSE 'moved account' END AS move,
        m.not_before,
        m.before
    FROM moved_accounts AS m
    INNER JOIN links AS l ON l.account_id = m.account_id
    -- One side's word is no proof, and what was so from the first is no move.
    WHERE m.is_mutual AND m.not_before IS NOT NULL
),

departures AS (
    SELECT figure_id, platform, account_id, 'left' AS move, not_before, before
    FROM bounds
    WHERE event = 'left' AND kind = 'gone'
),

returns AS (
    SELECT figure_id, platform, account_id, 'returned' AS move, not_before, before
    FROM bounds
    WHERE event = 'joined' AND kind = 'returned'
),

endings AS (
    SELECT
        figure_id,
        platform,
        account_id,
        'ended by platform' AS move,
        last_there_at AS not_before,
        first_missing_at AS before
    FROM states
    WHERE state = 'ended by platform' AND last_there_at IS NOT NULL
)

SELECT
    figure_id,
    platform,
    account_id,
    move, -- joined, renamed, moved server or moved account (both accounts name each other), left, returned or ended by platform
    not_before, -- Between this instant
    before -- and this one
FROM arrivals
UNION ALL
SELECT figure_id, platform, account_id, move, not_before, before FROM renames
UNION ALL
SELECT figure_id, platform, account_id, move, not_before, before FROM successions
UNION ALL
SELECT figure_id, platform, account_id, move, not_before, before FROM departures
UNION ALL
SELECT figure_id, platform, account_id, move, not_before, before FROM returns
UNION ALL
SELECT figure_id, platform, account_id, move, not_before, before FROM endings
ORDER BY before, figure_id, platform, account_id, move
