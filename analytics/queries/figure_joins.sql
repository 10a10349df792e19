-- One row per account and stay of $figure_id: when it joined, and what both ends of the interval rest on.
-- What a bound of a crawl was read from: a page of an archive, or nothing that can be opened.
WITH pages AS (
    SELECT b.bound_id, arg_min(c.url, o.valid_at) AS url
    FROM bounds AS b
    INNER JOIN observations AS o
        ON o.account_id = b.account_id AND o.run_id = b.run_id AND o.recorded_at = b.known_at
    INNER JOIN captures AS c ON c.capture_id = o.capture_id
    WHERE b.figure_id = $figure_id
    GROUP BY b.bound_id
)

SELECT
    j.platform AS platform_key,
    coalesce(p.name, j.platform) AS platform,
    j.spell,
    h.handle,
    j.account_id,
    j.joined_not_before,
    j.joined_before,
    j.contradiction,
    b.kind AS from_kind,
    coalesce(bs.citation, 'run ' || b.run_id) AS from_source,
    coalesce(bs.url, bc.url) AS from_url,
    coalesce(br.source = 'archive', false) AS from_archive,
    e.kind AS to_kind,
    coalesce(es.citation, 'run ' || e.run_id) AS to_source,
    coalesce(es.url, ec.url) AS to_url,
    coalesce(er.source = 'archive', false) AS to_archive,
    p.archive_note,
    coalesce(es.time_zone, bs.time_zone, 'UTC') AS time_zone
FROM joins AS j
LEFT JOIN platforms AS p ON p.platform = j.platform
LEFT JOIN current_handles AS h ON h.account_id = j.account_id
LEFT JOIN bounds AS b ON b.bound_id = j.from_bound
LEFT JOIN sources AS bs ON bs.source_id = b.source_id
LEFT JOIN runs AS br ON br.run_id = b.run_id
LEFT JOIN pages AS bc ON bc.bound_id = b.bound_id
LEFT JOIN bounds AS e ON e.bound_id = j.to_bound
LEFT JOIN sources AS es ON es.source_id = e.source_id
LEFT JOIN runs AS er ON er.run_id = e.run_id
LEFT JOIN pages AS ec ON ec.bound_id = e.bound_id
WHERE j.figure_id = $figure_id
ORDER BY platform, j.account_id, j.spell
