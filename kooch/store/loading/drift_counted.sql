-- One row per run and field that differs from the platform's documentation. Every answer counts, also repeated ones.
SELECT
    n.run_id,
    n.platform,
    n.path,
    n.kind,
    n.n + coalesce(d.n, 0) AS n
FROM (
    SELECT
        i.id AS run_id,
        f.platform,
        f.field.path,
        f.field.kind,
        count(*) AS n
    FROM (SELECT run, platform, unnest(drift) AS field FROM incoming WHERE len(drift) > 0) AS f
    INNER JOIN ids AS i ON i.kind = 'run' AND i.key = f.run
    GROUP BY ALL
) AS n
LEFT JOIN drift AS d ON d.run_id = n.run_id AND d.path = n.path AND d.kind = n.kind
