-- One row per stay of $figures: first stays that have not ended, then the latest seen. A figure without a stay has one row with stay 0 per platform of its lists.
SELECT
    s.figure_id,
    f.name,
    s.platform,
    coalesce(p.name, s.platform) AS platform_name,
    p.closed,
    p.archive_note,
    s.stay,
    s.account_id,
    h.handle,
    i.native_id,
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
    s.join_is_presumed,
    s.end_is_presumed,
    s.last_sign_is_presumed,
    s.contradiction,
    s.readings,
    s.unexplained, -- The bounds that count nowhere
    j.joined_not_before AS first_not_before, -- Of the first join over all accounts
    j.joined_before AS first_before,
    j.from_bound AS first_from_bound,
    j.to_bound AS first_to_bound
FROM stays AS s
INNER JOIN unnest($figures) AS a (figure_id) ON a.figure_id = s.figure_id
INNER JOIN figures AS f ON f.figure_id = s.figure_id
LEFT JOIN first_joins AS j ON j.figure_id = s.figure_id AND j.platform = s.platform
LEFT JOIN platforms AS p ON p.platform = s.platform
LEFT JOIN link_handles AS h ON h.figure_id = s.figure_id AND h.account_id = s.account_id
LEFT JOIN accounts AS i ON i.account_id = s.account_id
ORDER BY
    s.figure_id,
    platform_name,
    s.platform,
    s.stay > 0 DESC,
    s.ended_before IS NOT NULL,
    s.last_sign_at DESC NULLS LAST,
    s.stay DESC,
    s.account_id
