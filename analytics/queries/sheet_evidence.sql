-- One row per dated piece of evidence on $figures (a statement, a dated entry of a list, or an answer to a crawl), in the order in which it became known.
WITH told AS (
    SELECT b.*
    FROM bounds AS b
    INNER JOIN unnest($figures) AS f (figure_id) ON f.figure_id = b.figure_id
    WHERE b.not_before IS NOT NULL OR b.before IS NOT NULL
),

pages AS (
    SELECT b.bound_id, arg_min(c.url, o.valid_at) AS url
    FROM told AS b
    INNER JOIN observations AS o
        ON o.account_id = b.account_id AND o.run_id = b.run_id AND o.recorded_at = b.known_at
    INNER JOIN captures AS c ON c.capture_id = o.capture_id
    GROUP BY b.bound_id
),

looked AS (
    SELECT figure_id, platform, source_id, min(archive_url) AS archive_url
    FROM looks
    GROUP BY figure_id, platform, source_id
)

SELECT
    b.figure_id,
    b.platform,
    b.bound_id,
    b.account_id,
    b.event,
    b.kind,
    b.not_before,
    b.before,
    b.wording,
    b.reported,
    b.read_as,
    b.known_at,
    b.derived_from,
    b.source_id,
    h.handle,
    i.native_id,
    coalesce(b.names_unlisted, false) AS names_unlisted,
    s.publisher,
    s.citation,
    s.published_at AS published_on,
    s.url,
    z.time_zone,
    b.run_id,
    coalesce(p.url, k.archive_url) AS archived_url
FROM told AS b
LEFT JOIN sources AS s ON s.source_id = b.source_id
LEFT JOIN bound_zones AS z ON z.bound_id = b.bound_id
LEFT JOIN link_handles AS h ON h.figure_id = b.figure_id AND h.account_id = b.account_id
LEFT JOIN accounts AS i ON i.account_id = b.account_id
LEFT JOIN pages AS p ON p.bound_id = b.bound_id
LEFT JOIN looked AS k ON k.figure_id = b.figure_id AND k.platform = b.platform AND k.source_id = b.source_id
ORDER BY b.figure_id, b.platform, b.known_at, b.bound_id
