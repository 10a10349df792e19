-- One row per accepted account of $figure_id.
SELECT
    coalesce(f.name, p.platform) AS platform,
    p.handle,
    -- Only an archive still shows what it saw alone, or what closed with its platform.
    CASE
        WHEN p.is_archived AND p.last_live_at IS NULL THEN (
            SELECT arg_max(c.url, o.valid_at)
            FROM observations AS o
            INNER JOIN captures AS c ON c.capture_id = o.capture_id
            WHERE o.account_id = p.account_id
        )
        WHEN f.closed IS NULL THEN p.url
    END AS url,
    p.tier,
    p.status::VARCHAR AS status,
    p.state,
    (
        SELECT arg_max_null(o.withheld_in, o.valid_at)
        FROM observations AS o
        WHERE o.account_id = p.account_id
    ) AS withheld_in, -- By the latest observation
    p.platform = 'mastodon' AS is_mastodon,
    t.first_missing_at,
    p.last_seen_at,
    p.is_archived,
    p.account_id,
    f.archive_note
FROM presence AS p
LEFT JOIN platforms AS f ON f.platform = p.platform
LEFT JOIN states AS t ON t.account_id = p.account_id AND t.figure_id = p.figure_id
WHERE p.figure_id = $figure_id
ORDER BY platform, p.account_id
