-- One row per move of the figures on the list $roster, the latest first.
SELECT
    m.figure_id,
    f.name,
    m.platform,
    coalesce(p.name, m.platform) AS platform_name,
    a.native_id,
    h.handle,
    m.move,
    m.not_before,
    m.before,
    m.is_presumed,
    m.known_at,
    coalesce(ts.citation, fs.citation) AS citation,
    coalesce(ts.url, fs.url) AS url,
    row_number() OVER (
        PARTITION BY m.figure_id, m.platform, coalesce(a.native_id, ''), m.move ORDER BY m.before, m.not_before, m.known_at
    ) AS number -- 1 for the first such move of the account
FROM moves AS m
INNER JOIN (SELECT DISTINCT figure_id FROM memberships WHERE roster = $roster) AS r ON r.figure_id = m.figure_id
INNER JOIN figures AS f ON f.figure_id = m.figure_id
LEFT JOIN platforms AS p ON p.platform = m.platform
LEFT JOIN accounts AS a ON a.account_id = m.account_id
LEFT JOIN current_handles AS h ON h.account_id = m.account_id
LEFT JOIN bounds AS tb ON tb.bound_id = m.to_bound
LEFT JOIN sources AS ts ON ts.source_id = tb.source_id
LEFT JOIN bounds AS fb ON fb.bound_id = m.from_bound
LEFT JOIN sources AS fs ON fs.source_id = fb.source_id
ORDER BY m.known_at DESC, f.name, m.figure_id, m.platform, m.move, a.native_id, m.account_id, number
