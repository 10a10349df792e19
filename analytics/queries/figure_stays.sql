-- One row per account and stay of $figure_id: when it began and ended, and what each end rests on.
-- A bound of a crawl leads to the page of the archive that it was read from, or to nothing that can be opened.
WITH pages AS (
    SELECT b.bound_id, arg_min(c.url, o.valid_at) AS url
    FROM bounds AS b
    INNER JOIN runs AS r ON r.run_id = b.run_id AND r.source = 'archive'
    INNER JOIN observations AS o
        ON o.account_id = b.account_id AND o.run_id = b.run_id AND o.recorded_at = b.known_at
    INNER JOIN captures AS c ON c.capture_id = o.capture_id
    WHERE b.figure_id = $figure_id
    GROUP BY b.bound_id
),

evidence AS (
    SELECT
        b.bound_id,
        {
            'kind': b.kind,
            'source': coalesce(s.citation, 'run ' || b.run_id),
            'url': coalesce(s.url, p.url),
            'is_archived': coalesce(r.source = 'archive', false)
        } AS told,
        s.time_zone
    FROM bounds AS b
    LEFT JOIN sources AS s ON s.source_id = b.source_id
    LEFT JOIN runs AS r ON r.run_id = b.run_id
    LEFT JOIN pages AS p ON p.bound_id = b.bound_id
    WHERE b.figure_id = $figure_id
)

SELECT
    coalesce(p.name, s.platform) AS platform,
    s.stay,
    h.handle,
    s.account_id,
    s.joined_not_before,
    s.joined_before,
    jf.told AS joined_from,
    jt.told AS joined_to,
    s.ended_not_before,
    s.ended_before,
    s.ended_by,
    s.ended_by = 'platform' AND s.ended_to_bound IS NULL AS is_end_of_platform,
    ef.told AS ended_from,
    et.told AS ended_to,
    s.last_sign_at,
    coalesce(ls.told, CASE WHEN s.last_sign_run IS NOT NULL THEN {
        'kind': 'seen', 'source': 'run ' || s.last_sign_run, 'url': NULL, 'is_archived': coalesce(lr.source = 'archive', false)
    } END) AS last_sign,
    s.longest_gap_days,
    s.join_is_presumed,
    s.end_is_presumed,
    s.last_sign_is_presumed,
    s.contradiction,
    list_transform(
        list_filter((SELECT list(e) FROM evidence AS e), lambda e: list_contains(s.unexplained, e.bound_id)),
        lambda e: e.told
    ) AS unexplained, -- What counts nowhere
    p.archive_note,
    coalesce(jt.time_zone, jf.time_zone, 'UTC') AS time_zone,
    coalesce(et.time_zone, ef.time_zone, 'UTC') AS end_time_zone
FROM stays AS s
LEFT JOIN platforms AS p ON p.platform = s.platform
LEFT JOIN current_handles AS h ON h.account_id = s.account_id
LEFT JOIN evidence AS jf ON jf.bound_id = s.joined_from_bound
LEFT JOIN evidence AS jt ON jt.bound_id = s.joined_to_bound
LEFT JOIN evidence AS ef ON ef.bound_id = s.ended_from_bound
LEFT JOIN evidence AS et ON et.bound_id = s.ended_to_bound
LEFT JOIN evidence AS ls ON ls.bound_id = s.last_sign_bound
LEFT JOIN runs AS lr ON lr.run_id = s.last_sign_run
WHERE s.figure_id = $figure_id AND s.stay > 0
ORDER BY platform, s.account_id, s.stay
