-- One row per month (UTC) and kind of figure: entries of $roster whose first account on $platform was opened in it.
SELECT
    date_trunc('month', o.opened_at)::DATE AS month,
    f.kind,
    count(*) AS accounts
FROM (SELECT DISTINCT figure_id FROM memberships WHERE roster = $roster) AS m
INNER JOIN figures AS f ON f.figure_id = m.figure_id
INNER JOIN (
    -- The day that a platform shows is a day in UTC; of several accounts the first counts.
    SELECT figure_id, min(not_before) AS opened_at
    FROM bounds
    WHERE platform = $platform AND kind IN ('opened', 'plc')
    GROUP BY figure_id
) AS o ON o.figure_id = m.figure_id
GROUP BY ALL
ORDER BY month, f.kind
