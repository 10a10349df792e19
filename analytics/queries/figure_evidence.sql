-- One row per bound of $figure_id: its kind, its source, and the address of the source.
-- A bound of a crawl links to the archived page that it was read from, if there is one.
WITH told AS (
    SELECT *
    FROM bounds
    WHERE figure_id = $figure_id
),

pages AS (
    SELECT b.bound_id, arg_min(c.url, o.valid_at) AS url
    FROM told AS b
    INNER JOIN runs AS r ON r.run_id = b.run_id AND r.source = 'archive'
    INNER JOIN observations AS o
        ON o.account_id = b.account_id AND o.run_id = b.run_id AND o.recorded_at = b.known_at
    INNER JOIN captures AS c ON c.capture_id = o.capture_id
    GROUP BY b.bound_id
)

SELECT
    b.bound_id,
    b.kind,
    coalesce(s.citation, 'run ' || b.run_id) AS source,
    coalesce(s.url, p.url) AS url,
    coalesce(r.source = 'archive', false) AS is_archived,
    z.time_zone
FROM told AS b
LEFT JOIN sources AS s ON s.source_id = b.source_id
LEFT JOIN bound_zones AS z ON z.bound_id = b.bound_id
LEFT JOIN runs AS r ON r.run_id = b.run_id
LEFT JOIN pages AS p ON p.bound_id = b.bound_id
