-- One row per figure of $roster, by name, with its accepted accounts on $platform.
WITH roles AS (
    SELECT
        figure_id,
        first(role ORDER BY from_day DESC NULLS LAST, role) AS role, -- The latest
        first(party ORDER BY from_day DESC NULLS LAST, role) AS party
    FROM memberships
    WHERE roster = $roster
    GROUP BY figure_id
),

accepted AS (
    SELECT
        l.figure_id,
        list({'handle': h.handle, 'native_id': a.native_id, 'url': a.url} ORDER BY a.account_id) AS accounts
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    LEFT JOIN current_handles AS h ON h.account_id = a.account_id
    WHERE a.platform = $platform AND a.merged_into IS NULL
    GROUP BY l.figure_id
)

SELECT
    f.figure_id,
    f.name,
    r.role,
    r.party,
    coalesce(a.accounts, []) AS accounts -- The one that was known first stands first
FROM roles AS r
INNER JOIN figures AS f ON f.figure_id = r.figure_id
LEFT JOIN accepted AS a ON a.figure_id = r.figure_id
ORDER BY f.name, f.figure_id
