-- One row per statement on when one of $figures was on $platform, known by $until.
SELECT
    f.name AS figure,
    b.not_before,
    b.before,
    b.event,
    b.kind,
    b.wording,
    b.reported,
    b.read_as,
    s.publisher,
    s.published_at AS published_on,
    b.derived_from,
    s.url,
    s.citation,
    h.handle AS account,
    coalesce(b.names_unlisted, false) AS names_unlisted,
    b.known_at,
    z.time_zone -- Of the days of the statement
FROM bounds AS b
INNER JOIN figures AS f ON f.figure_id = b.figure_id
LEFT JOIN sources AS s ON s.source_id = b.source_id
LEFT JOIN bound_zones AS z ON z.bound_id = b.bound_id
LEFT JOIN link_handles AS h ON h.figure_id = b.figure_id AND h.account_id = b.account_id
WHERE
    b.platform = $platform
    AND list_contains($figures, b.figure_id)
    AND b.event IN ('joined', 'there', 'posted', 'absent', 'left', 'announced')
    AND b.known_at <= $until
    AND NOT (
        b.kind = 'published'
        AND EXISTS (
            FROM bounds AS o
            WHERE o.figure_id = b.figure_id AND o.source_id = b.source_id AND o.kind = 'stated'
        )
    )
ORDER BY f.name, b.known_at, b.bound_id
