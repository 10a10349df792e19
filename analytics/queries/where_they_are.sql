-- One row per figure on the list $roster and platform of the list: what is known of it there.
WITH members AS (
    SELECT figure_id, min(role) AS role, min(party) AS party
    FROM memberships
    WHERE roster = $roster
    GROUP BY figure_id
),

latest AS (
    SELECT s.*
    FROM stays AS s
    INNER JOIN members AS m ON m.figure_id = s.figure_id
    WHERE s.stay > 0
    QUALIFY row_number() OVER (
        PARTITION BY s.figure_id, s.platform
        ORDER BY s.ended_before IS NOT NULL, s.last_sign_at DESC NULLS LAST, s.stay DESC, s.account_id
    ) = 1
)

SELECT
    f.figure_id,
    f.name,
    m.role,
    m.party,
    c.platform,
    coalesce(p.name, c.platform) AS platform_name,
    CASE
        WHEN l.ended_before IS NOT NULL THEN 'ended'
        WHEN l.figure_id IS NOT NULL THEN 'joined'
        WHEN s.figure_id IS NOT NULL THEN 'not there'
        ELSE 'not looked'
    END AS state, -- joined, ended (no later stay is known), not there (somebody looked) or not looked
    l.joined_not_before,
    l.joined_before,
    l.ended_not_before,
    l.ended_before,
    l.ended_by,
    l.last_sign_at,
    l.contradiction,
    h.handle,
    a.url,
    l.account_id
FROM coverage AS c
CROSS JOIN members AS m
INNER JOIN figures AS f ON f.figure_id = m.figure_id
LEFT JOIN platforms AS p ON p.platform = c.platform
LEFT JOIN latest AS l ON l.figure_id = m.figure_id AND l.platform = c.platform
LEFT JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN current_handles AS h ON h.account_id = l.account_id
LEFT JOIN (SELECT DISTINCT figure_id, platform FROM searches WHERE outcome = 'absent') AS s
    ON s.figure_id = m.figure_id AND s.platform = c.platform
WHERE c.roster = $roster
ORDER BY f.name, f.figure_id, c.platform
