-- One row per entry of $roster: when it joined $platform, with the time zones of both ends, and the report or crawl that sets the known end.
-- Entries of a kind: $who is all, people or bodies.
WITH entries AS (
    SELECT DISTINCT f.figure_id, f.name, f.kind
    FROM memberships AS m
    INNER JOIN figures AS f ON f.figure_id = m.figure_id
    WHERE m.roster = $roster AND ($who = 'all' OR ($who = 'people') = (f.kind = 'person'))
),

-- If several texts say the same, the first original one is named.
ends AS (
    SELECT figure_id, before, first(bound_id ORDER BY derived_from IS NOT NULL, known_at, bound_id) AS bound_id
    FROM bounds
    WHERE platform = $platform AND event IN ('joined', 'there', 'posted') AND before IS NOT NULL
    GROUP BY figure_id, before
)

SELECT
    e.figure_id,
    e.name,
    e.kind,
    j.joined_not_before AS not_before,
    j.joined_before AS before,
    coalesce(zf.time_zone, zt.time_zone, 'UTC') AS from_zone, -- Of the days of not_before
    coalesce(zt.time_zone, zf.time_zone, 'UTC') AS time_zone, -- Of the days of before
    j.joined_not_before IS NOT NULL OR j.joined_before IS NOT NULL AS has_joined, -- Whether evidence dates their joining
    j.figure_id IS NOT NULL AND j.joined_not_before IS NULL AND j.joined_before IS NULL AS is_claimed, -- Whether a list names an account, and nothing else is known
    coalesce(j.is_disputed, false) AS is_contradicted,
    b.source_id,
    b.kind AS bound_kind,
    -- A report's follower count may stand with another of its statements about the figure.
    coalesce(b.reported, (
        SELECT first(o.reported ORDER BY o.bound_id)
        FROM bounds AS o
        WHERE
            o.figure_id = e.figure_id
            AND o.platform = $platform
            AND o.source_id = b.source_id
            AND o.reported IS NOT NULL
    )) AS reported,
    s.publisher,
    s.published_at,
    u.source AS crawled_from,
    p.archive_note,
    coalesce('archive' IN (u.source, v.source), false) AS is_archived
FROM entries AS e
LEFT JOIN first_joins AS j ON j.figure_id = e.figure_id AND j.platform = $platform
LEFT JOIN bound_zones AS zf ON zf.bound_id = j.from_bound
LEFT JOIN bound_zones AS zt ON zt.bound_id = j.to_bound
LEFT JOIN ends AS n ON n.figure_id = e.figure_id AND n.before = j.joined_before
LEFT JOIN bounds AS b ON b.bound_id = coalesce(n.bound_id, j.to_bound, j.from_bound)
LEFT JOIN sources AS s ON s.source_id = b.source_id
LEFT JOIN platforms AS p ON p.platform = $platform
LEFT JOIN runs AS u ON u.run_id = b.run_id
LEFT JOIN bounds AS a ON a.bound_id = j.from_bound
LEFT JOIN runs AS v ON v.run_id = a.run_id
ORDER BY j.joined_before NULLS LAST, j.joined_not_before NULLS LAST, e.kind <> 'person', e.name
