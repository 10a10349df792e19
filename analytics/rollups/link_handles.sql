-- One row per accepted link whose account has a known handle: the latest one of the time in which the account is the figure's.
WITH handles_of_time AS (
    SELECT
        l.figure_id,
        l.account_id,
        first(
            h.handle
            -- The order of current_handles, in that time: first what the platform showed or logs, then what a list says of
            -- this figure, then what was seen only in an archive or at another time.
            ORDER BY
                CASE WHEN h.kind = 'roster' THEN 1 WHEN h.kind = 'seen' AND s.last_live_at IS NULL THEN 2 ELSE 0 END,
                coalesce(h.valid_to < l.held_until, h.valid_to IS NOT NULL),
                h.valid_from DESC NULLS LAST,
                h.kind = 'seen',
                h.handle
        ) AS handle
    FROM links AS l
    INNER JOIN handles AS h ON h.account_id = l.account_id
    LEFT JOIN seen_links AS s ON s.figure_id = l.figure_id AND s.account_id = l.account_id
    LEFT JOIN (SELECT DISTINCT figure_id, account_id, value FROM claims) AS c
        ON c.figure_id = l.figure_id AND c.account_id = l.account_id AND c.value = h.handle
    WHERE
        coalesce(l.held_from, l.held_until) IS NOT NULL
        AND coalesce(h.valid_from < l.held_until, true)
        AND coalesce(h.valid_to > l.held_from, true)
        AND (h.kind <> 'roster' OR c.value IS NOT NULL)
    GROUP BY l.figure_id, l.account_id
)

SELECT
    l.figure_id,
    l.account_id,
    -- After their time, the account has the name of the next holder.
    CASE WHEN l.held_until IS NULL THEN coalesce(t.handle, h.handle) ELSE t.handle END AS handle, -- The latest handle known of the time in which the account is the figure's; NULL: the time ends, and none of it is known
    l.held_until IS NULL OR coalesce(lower(t.handle) = lower(h.handle), false) AS is_current -- Whether it is the account's handle still, as far as is known; false also if no handle of the time is known
FROM links AS l
INNER JOIN current_handles AS h ON h.account_id = l.account_id
LEFT JOIN handles_of_time AS t ON t.figure_id = l.figure_id AND t.account_id = l.account_id
ORDER BY l.figure_id, l.account_id
