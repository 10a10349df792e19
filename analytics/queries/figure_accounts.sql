-- One row per accepted account of $figure_id.
WITH seen AS (
    SELECT *
    FROM presence
    WHERE figure_id = $figure_id
),

-- The other values of the latest observation. The join uses its instant, so that no other row group is read.
latest_observations AS (
    SELECT
        o.account_id,
        arg_max_null(o.withheld_in, o.recorded_at) AS withheld_in,
        arg_max(o.capture_id, o.recorded_at) AS capture_id
    FROM seen AS s
    INNER JOIN observations AS o ON o.account_id = s.account_id AND o.valid_at = s.last_seen_at
    GROUP BY o.account_id
)

SELECT
    coalesce(f.name, p.platform) AS platform,
    p.handle,
    CASE WHEN is_in_archive_only THEN c.url WHEN f.closed IS NULL THEN p.url END AS url,
    is_in_archive_only OR coalesce(p.is_current, true) AS url_shows_handle, -- Whether the page at url is of the time of the handle
    p.tier,
    p.status::VARCHAR AS status,
    p.state,
    o.withheld_in, -- By the latest observation
    p.platform = 'mastodon' AS is_mastodon,
    t.first_missing_at,
    p.last_seen_at,
    p.is_archived,
    p.account_id,
    f.archive_note
FROM seen AS p
LEFT JOIN platforms AS f ON f.platform = p.platform
LEFT JOIN states AS t ON t.account_id = p.account_id AND t.figure_id = p.figure_id
LEFT JOIN latest_observations AS o ON o.account_id = p.account_id
LEFT JOIN captures AS c ON c.capture_id = o.capture_id
-- An account that only an archive saw, or whose platform has closed, is shown only by an archive.
CROSS JOIN LATERAL (SELECT coalesce(p.is_archived AND p.last_live_at IS NULL, false) AS is_in_archive_only)
ORDER BY platform, p.account_id
