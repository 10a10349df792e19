-- One row per account and stay of $figure_id: when it began and ended, with the numbers of the bounds that each end rests on.
SELECT
    coalesce(p.name, s.platform) AS platform,
    s.stay,
    h.handle,
    i.native_id,
    s.account_id,
    s.joined_not_before,
    s.joined_before,
    s.joined_from_bound,
    s.joined_to_bound,
    s.ended_not_before,
    s.ended_before,
    s.ended_from_bound,
    s.ended_to_bound,
    s.ended_by,
    s.ended_by = 'platform' AND s.ended_to_bound IS NULL AS is_end_of_platform,
    s.last_sign_at,
    s.last_sign_bound,
    s.last_sign_run,
    s.longest_gap_days,
    s.join_is_presumed,
    s.end_is_presumed,
    s.last_sign_is_presumed,
    s.contradiction,
    CASE WHEN s.contradiction THEN (
        SELECT list({'not_before': r.not_before, 'before': r.before} ORDER BY r.not_before NULLS FIRST, r.before NULLS LAST)
        FROM readings AS r
        WHERE
            r.figure_id = s.figure_id
            AND r.platform = s.platform
            AND r.account_id IS NOT DISTINCT FROM s.account_id
            AND r.spell = s.stay
    ) END AS sides, -- Each time of joining that some of the sources agree on
    s.unexplained, -- The bounds that count nowhere
    p.archive_note
FROM stays AS s
LEFT JOIN platforms AS p ON p.platform = s.platform
LEFT JOIN link_handles AS h ON h.figure_id = s.figure_id AND h.account_id = s.account_id
LEFT JOIN accounts AS i ON i.account_id = s.account_id
WHERE s.figure_id = $figure_id AND s.stay > 0
ORDER BY platform, s.account_id, s.stay
