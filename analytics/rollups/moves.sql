-- One row per transition: joined, renamed, or a changed status. What a roster knew when it was first loaded is no move.
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
    WHERE j.joined_not_before >= b.loaded_at
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

changes AS (
    SELECT
        o.account_id,
        o.status,
        o.valid_at,
        lag(o.status) OVER (PARTITION BY o.account_id ORDER BY o.valid_at) AS previous,
        lag(o.valid_at) OVER (PARTITION BY o.account_id ORDER BY o.valid_at) AS previous_at
    FROM observations AS o
    INNER JOIN sightings AS s ON s.account_id = o.account_id AND s.statuses > 1
),

status_moves AS (
    SELECT l.figure_id, a.platform, c.account_id, c.status::VARCHAR AS move, c.previous_at AS not_before, c.valid_at AS before
    FROM changes AS c
    INNER JOIN links AS l ON l.account_id = c.account_id
    INNER JOIN accounts AS a ON a.account_id = c.account_id
    WHERE c.status <> c.previous
)

SELECT
    figure_id,
    platform,
    account_id,
    move, -- joined, renamed, or the status that was first seen
    not_before, -- Between this instant (for a status: last seen otherwise)
    before -- and this one (for a status: first seen so)
FROM arrivals
UNION ALL
SELECT figure_id, platform, account_id, move, not_before, before FROM renames
UNION ALL
SELECT figure_id, platform, account_id, move, not_before, before FROM status_moves
ORDER BY before, figure_id, platform, account_id, move
