-- One row per accepted account: what the latest observation says of it.
SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    h.handle, -- The latest known
    t.state, -- By answers that a second look has confirmed: see states
    s.status, -- Of the latest observation; NULL: never observed. A failed look changes nothing
    s.last_seen_at, -- Of the latest observation, whatever its status
    s.is_archived, -- Whether the latest observation is an archived page
    s.last_live_at, -- Of the latest that is no archived page, nor dated by a clock that was ahead; NULL: there is none
    s.last_active_at,
    s.followers, -- Of the latest observation that shows them
    l.tier, -- The strongest claim of the link
    a.url -- Address of the profile, made from the handle
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN seen_accounts AS s ON s.account_id = l.account_id
LEFT JOIN states AS t ON t.account_id = l.account_id AND t.figure_id = l.figure_id
LEFT JOIN current_handles AS h ON h.account_id = l.account_id
