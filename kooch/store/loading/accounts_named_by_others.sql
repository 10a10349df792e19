-- One row per account that another account names as its own or as the one it moved to. This load may have made the named account known.
SELECT
    n.account_id,
    n.kind,
    n.other,
    any_value(o.account_id) AS other_account_id,
    bool_or(n.is_named_back) AS is_named_back,
    arg_min(n.run_id, (n.known_at, n.run_id)) AS run_id,
    min(n.known_at) AS known_at
FROM (
    SELECT
        account_id,
        'moved_to' AS kind,
        moved_to AS other,
        is_named_back,
        run_id,
        recorded_at AS known_at
    FROM registry_answers
    WHERE moved_to IS NOT NULL
    UNION ALL
    SELECT
        account_id,
        'also_known_as',
        unnest(also_known_as),
        NULL,
        run_id,
        recorded_at
    FROM registry_answers
    UNION ALL
    SELECT
        coalesce(a.merged_into, a.account_id),
        l.kind,
        l.other,
        l.is_named_back,
        l.run_id,
        l.known_at
    FROM account_links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
) AS n
INNER JOIN accounts AS a ON a.account_id = n.account_id
LEFT JOIN accounts AS o ON o.platform = a.platform AND o.native_id = n.other AND o.merged_into IS NULL
GROUP BY n.account_id, n.kind, n.other
