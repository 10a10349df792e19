-- One row per series of answers that do not show an account there, until the next sign.
SELECT
    l.account_id,
    arg_min(l.status, (l.valid_at, l.run_id, l.source_id)) AS status,
    min(l.from_at) AS since,
    arg_min_null(l.run_id, (l.valid_at, l.run_id, l.source_id)) AS run_id,
    arg_min_null(l.source_id, (l.valid_at, l.run_id, l.source_id)) AS source_id,
    arg_min(l.recorded_at, (l.valid_at, l.run_id, l.source_id)) AS known_at,
    max(l.valid_at) AS latest_at,
    min(l.valid_at) FILTER (WHERE l.status = 'not_found') AS not_found_from,
    max(l.from_at) FILTER (WHERE l.status = 'not_found') AS not_found_to,
    -- People saw it before the end of the time of their look.
    any_value(CASE WHEN n.run_id IS NULL THEN n.first_at - INTERVAL 1 MICROSECOND ELSE n.first_at END) AS until,
    any_value(n.known_at) AS until_known_at,
    any_value(e.act) IS NOT NULL AS is_end
FROM account_looks AS l
LEFT JOIN account_stretches AS n ON n.account_id = l.account_id AND n.stretch = l.stretch + 1
LEFT JOIN account_ends AS e ON e.account_id = l.account_id AND e.stretch = l.stretch
WHERE NOT l.is_there
GROUP BY l.account_id, l.stretch
