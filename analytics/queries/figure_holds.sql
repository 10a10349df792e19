-- One row per platform on which an account of $figure_id was not found together with unusually many others, and nobody has looked again since.
SELECT
    coalesce(p.name, h.platform) AS platform,
    h.run_id,
    h.newly_gone,
    h.observed,
    h.started_at,
    h.started_at + INTERVAL 24 HOURS AS look_again_after
FROM doubtful_runs AS h
LEFT JOIN platforms AS p ON p.platform = h.platform
WHERE
    h.is_holding
    AND EXISTS (
        FROM doubts AS d
        INNER JOIN states AS s ON s.account_id = d.account_id AND s.state NOT IN ('handed on', 'never observed')
        WHERE s.figure_id = $figure_id AND d.run_id = h.run_id AND d.until IS NULL
    )
ORDER BY h.started_at DESC
