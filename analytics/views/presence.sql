-- One row per accepted account, with what the latest observation says about it. Only observations of the time in which it is the figure's count.
SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    h.handle, -- The latest handle known of the time in which it is the figure's (see `link_handles`); NULL: none of that time is known
    h.is_current, -- Whether it is the account's handle still, as far as is known; false also if the account has a handle and none of that time is known; NULL: no handle is known
    t.state, -- The state of the account, by answers that a second look has confirmed (see `states`)
    t.status, -- The status of the latest observation; NULL: never observed while it was the figure's, or handed on. A failed look changes nothing
    s.last_seen_at, -- The time of the latest observation, whatever its status; NULL: never observed while it was the figure's
    s.is_archived, -- Whether the latest observation is an archived page; NULL: as `last_seen_at`
    s.last_live_at, -- The time of the latest observation by a crawl, without those by a clock that was ahead; NULL: none
    s.last_active_at, -- The time of the latest observation with status active; NULL: none
    s.followers, -- Followers in the latest observation that shows them; NULL: none does
    l.tier, -- The tier of the strongest claim for the link
    a.url -- Address of the profile as it is now, made from the account's latest handle
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN seen_links AS s ON s.account_id = l.account_id AND s.figure_id = l.figure_id
LEFT JOIN states AS t ON t.account_id = l.account_id AND t.figure_id = l.figure_id
LEFT JOIN link_handles AS h ON h.figure_id = l.figure_id AND h.account_id = l.account_id
