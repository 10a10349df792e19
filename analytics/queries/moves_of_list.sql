-- One row per move of the people of $roster, the latest first, at most $shown. $move and $platform filter the rows; NULL does not.
WITH latest AS (
    SELECT m.*
    FROM moves AS m
    SEMI JOIN memberships AS o ON o.figure_id = m.figure_id AND o.roster = $roster
    WHERE m.move = coalesce($move, m.move) AND m.platform = coalesce($platform, m.platform)
    ORDER BY m.before DESC NULLS LAST, m.figure_id, m.platform, m.account_id, m.move, m.number
    LIMIT $shown
)

SELECT
    f.name,
    coalesce(p.name, m.platform) AS platform,
    coalesce(h.handle, if(m.account_id IS NULL, 'account unidentified', 'handle unknown')) AS handle,
    m.move,
    m.act,
    m.not_before,
    m.before,
    m.last_posted_on,
    m.blocked_days,
    m.known_through,
    m.known_at,
    coalesce(s.citation, 'run ' || m.run_id) AS source, -- The document or the crawl that it rests on
    s.url,
    m.is_presumed,
    coalesce(e.time_zone, b.time_zone, 'UTC') AS from_zone, -- Of the days of not_before
    coalesce(b.time_zone, e.time_zone, 'UTC') AS time_zone, -- Of the days of before
    m.move = 'joined' AND coalesce(t.contradiction, false) AS contradiction
FROM latest AS m
INNER JOIN figures AS f ON f.figure_id = m.figure_id
LEFT JOIN platforms AS p ON p.platform = m.platform
LEFT JOIN link_handles AS h ON h.figure_id = m.figure_id AND h.account_id = m.account_id
LEFT JOIN sources AS s ON s.source_id = m.source_id
LEFT JOIN bound_zones AS e ON e.bound_id = m.from_bound
LEFT JOIN bound_zones AS b ON b.bound_id = m.to_bound
LEFT JOIN stays AS t
    ON t.figure_id = m.figure_id AND t.platform = m.platform AND t.account_id IS NOT DISTINCT FROM m.account_id AND t.stay = m.number
ORDER BY m.before DESC NULLS LAST, m.figure_id, m.platform, m.account_id, m.move, m.number
