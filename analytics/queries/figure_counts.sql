-- One row per dated follower count of one of $figures, in order of account and time.
WITH counts AS (
    SELECT
        u.figure_id,
        u.account_id,
        u.platform AS platform_key,
        coalesce(p.name, u.platform) AS platform,
        h.handle,
        u.valid_at,
        u.counted_on,
        s.published_at AS published_on,
        u.followers,
        u.followers_precision,
        u.reported_is_least AS is_least,
        u.source,
        u.reported,
        u.source_id,
        s.publisher,
        s.citation,
        -- A source without a web address gets no link.
        CASE WHEN regexp_matches(u.url, '^https?://[^/]') THEN u.url END AS url,
        p.archive_note
    FROM audience AS u
    INNER JOIN unnest($figures) AS f (figure_id) ON f.figure_id = u.figure_id
    LEFT JOIN sources AS s ON s.source_id = u.source_id
    LEFT JOIN link_handles AS h ON h.figure_id = u.figure_id AND h.account_id = u.account_id
    LEFT JOIN platforms AS p ON p.platform = u.platform
)

SELECT
    *,
    coalesce(handle, 'account ' || account_id, 'account unidentified') || ' · ' || platform AS account,
    CASE
        WHEN source = 'look' OR published_on IS NOT NULL THEN strftime(counted_on, '%-d %b %Y')
        ELSE strftime(valid_at, '%-d %b %Y, %H:%M UTC')
    END AS when,
    if(is_least, 'at least ', '') || format('{:,}', followers) || coalesce(format(' ± {:,}', followers_precision), '')
        AS shown,
    CASE source
        WHEN 'live' THEN 'seen by Kooch'
        WHEN 'archive' THEN 'archived page'
        WHEN 'import' THEN 'imported'
        WHEN 'look' THEN citation
        ELSE publisher || ': “' || reported || '”'
    END AS says
FROM counts
ORDER BY figure_id, account, account_id, valid_at, citation
