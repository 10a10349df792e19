-- One row per link, statement or move that the version before holds and this one does not, of figures that are still on a list.
-- Tables before_* hold the rows of the version before, now_* the rows of this one; denials are accounts that somebody says are not the figure's.
WITH same_account AS (
    SELECT account_id, coalesce(merged_into, account_id) AS now_id
    FROM accounts
),

links_gone AS (
    SELECT b.figure_id, b.platform, b.account_id, d.reason
    FROM before_links AS b
    LEFT JOIN same_account AS s ON s.account_id = b.account_id
    ANTI JOIN now_links AS n ON n.figure_id = b.figure_id AND n.account_id = coalesce(s.now_id, b.account_id)
    LEFT JOIN (
        SELECT d.figure_id, s.now_id, min(d.reason) AS reason
        FROM denials AS d
        INNER JOIN ids AS i ON i.kind = 'account' AND i.key = d.platform || ' ' || d.name
        INNER JOIN same_account AS s ON s.account_id = i.id
        GROUP BY ALL
    ) AS d ON d.figure_id = b.figure_id AND d.now_id = coalesce(s.now_id, b.account_id)
),

-- A statement or move that rests on a withdrawn link is withdrawn with it, and is not a correction of its own.
statements_gone AS (
    SELECT b.*
    FROM before_statements AS b
    ANTI JOIN now_statements AS n
        ON
            n.figure_id = b.figure_id
            AND n.platform = b.platform
            AND n.said = b.said
            AND n.not_before IS NOT DISTINCT FROM b.not_before
            AND n.before IS NOT DISTINCT FROM b.before
            AND n.source = b.source
    ANTI JOIN links_gone AS l ON l.figure_id = b.figure_id AND l.account_id = b.account_id
),

-- An account whose own id becomes known keeps its moves, under other ids.
moves_gone AS (
    SELECT b.*
    FROM before_moves AS b
    LEFT JOIN same_account AS s ON s.account_id = b.account_id
    ANTI JOIN now_moves AS n
        ON
            n.figure_id = b.figure_id
            AND n.platform = b.platform
            AND n.said = b.said
            AND n.number = b.number
            AND n.account_id IS NOT DISTINCT FROM coalesce(s.now_id, b.account_id)
),

gone AS (
    SELECT 'link' AS kind, figure_id, platform, NULL AS move_id, NULL AS said, NULL AS not_before, NULL AS before,
        NULL AS from_zone, NULL AS time_zone, NULL AS publisher, reason, account_id::VARCHAR AS key
    FROM links_gone
    UNION ALL
    SELECT 'statement', figure_id, platform, NULL, said, not_before, before, time_zone, time_zone, publisher, NULL,
        concat_ws(' ', said, coalesce(not_before::VARCHAR, '-'), coalesce(before::VARCHAR, '-'), source)
    FROM statements_gone
    UNION ALL
    SELECT 'move', figure_id, platform, move_id, said, not_before, before, from_zone, time_zone, NULL, NULL, move_id
    FROM moves_gone
)

SELECT
    substr(sha256(concat_ws(chr(10), g.kind, g.figure_id, g.platform, g.key, $version_before)), 1, 20) AS correction_id,
    g.kind,
    g.figure_id,
    g.platform,
    g.move_id,
    g.said,
    g.not_before,
    g.before,
    g.from_zone,
    g.time_zone,
    g.publisher,
    -- A move has the reason of its account's withdrawal, else the reason for which a run was withdrawn since.
    coalesce(
        g.reason,
        min(g.reason) OVER (PARTITION BY g.figure_id, g.platform),
        (
            SELECT max(w.reason)
            FROM withdrawn_runs AS w
            WHERE g.kind = 'move' AND w.platform = g.platform AND w.withdrawn_at > CAST($published_before AS TIMESTAMPTZ)
        ),
        $reason
    ) AS reason,
    CAST($now AS TIMESTAMPTZ) AS corrected_at
FROM gone AS g
WHERE g.figure_id IN (SELECT figure_id FROM memberships)
ORDER BY ALL
