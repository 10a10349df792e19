-- One row per account and other account that it says it has moved to: when, and whether the other names it in turn.
WITH told AS (
    SELECT
        n.*,
        (
            SELECT min(o.valid_at)
            FROM observations AS o
            WHERE o.account_id = n.account_id AND o.run_id = n.run_id
        ) AS told_at
    FROM account_links AS n
    -- An account that names itself has not moved. This happens if two names turn out to be one account.
    WHERE n.kind = 'moved_to' AND n.other_account_id IS DISTINCT FROM n.account_id
)

SELECT
    t.account_id,
    a.platform,
    t.other AS moved_to, -- The native id of the other account
    t.other_account_id AS moved_to_account_id, -- The other account, of `accounts`; NULL: unknown there
    coalesce(t.is_named_back, false) OR b.account_id IS NOT NULL AS is_mutual, -- Whether both accounts name each other
    split_part(t.other, '/', 3) <> a.server AS is_other_server, -- Whether the two are at different servers
    (
        SELECT max(o.valid_at)
        FROM observations AS o
        WHERE o.account_id = t.account_id AND o.valid_at < t.told_at
    ) AS not_before, -- When it was last seen before it said so; NULL: it said so when it was first seen
    t.told_at AS before, -- When it was first seen saying so
    t.run_id, -- The crawl that first read it, of `runs`
    t.known_at
FROM told AS t
INNER JOIN accounts AS a ON a.account_id = t.account_id
LEFT JOIN account_links AS b
    ON b.account_id = t.other_account_id AND b.kind = 'also_known_as' AND b.other_account_id = t.account_id
