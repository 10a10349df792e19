-- One row per month (UTC) and kind of figure: how many entries of $roster opened their first account on $platform in that month.
SELECT
    date_trunc('month', o.opened_at)::DATE AS month,
    f.kind,
    count(*) AS accounts
FROM (SELECT DISTINCT figure_id FROM memberships WHERE roster = $roster) AS m
INNER JOIN figures AS f ON f.figure_id = m.figure_id
INNER JOIN (
    -- Platforms show days in UTC. If there are several accounts, the first one counts.
    SELECT figure_id, min(not_before) AS opened_at
    FROM bounds
    WHERE platform = $platform AND kind IN ('opened', 'plc')
    GROUP BY figure_id
) AS o ON o.figure_id = m.figure_id
GROUP BY ALL
ORDER BY month, f.kind
