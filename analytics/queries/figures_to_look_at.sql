-- One row per figure of $roster, by name, with the accounts on $platform that are theirs as the version is published.
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
    LEFT JOIN link_handles AS h ON h.figure_id = l.figure_id AND h.account_id = l.account_id
    CROSS JOIN versions AS v
    WHERE
        a.platform = $platform
        AND a.merged_into IS NULL
        AND coalesce(l.held_from <= v.published_at, true)
        AND coalesce(l.held_until > v.published_at, true)
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
