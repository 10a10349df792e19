-- One row per accepted account of $figures: its state, by answers that a second look has confirmed.
WITH held AS (
    SELECT d.account_id, max(r.started_at) + INTERVAL 24 HOURS AS look_again_after
    FROM doubts AS d
    INNER JOIN doubtful_runs AS r ON r.run_id = d.run_id
    WHERE r.is_holding AND d.until IS NULL
    GROUP BY d.account_id
)

SELECT
    s.figure_id,
    s.platform,
    s.account_id,
    h.handle,
    CASE WHEN coalesce(h.is_current, true) THEN a.url END AS url, -- NULL also if the account had another name in their time, because what was seen was at another address
    s.state,
    s.status::VARCHAR AS status,
    s.last_seen_at,
    s.first_missing_at,
    s.alike_since,
    s.last_missing_at,
    s.alike_since + INTERVAL 24 HOURS AS second_look_at,
    e.look_again_after -- When to look again after a run in which unusually many accounts were gone at once; NULL: there is no such run
FROM states AS s
INNER JOIN unnest($figures) AS f (figure_id) ON f.figure_id = s.figure_id
INNER JOIN accounts AS a ON a.account_id = s.account_id
LEFT JOIN link_handles AS h ON h.figure_id = s.figure_id AND h.account_id = s.account_id
LEFT JOIN held AS e ON e.account_id = s.account_id AND s.state NOT IN ('handed on', 'never observed')
ORDER BY s.figure_id, s.platform, s.account_id
