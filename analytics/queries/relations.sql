-- One row per table, view and macro that readers use: its name, its kind and what a row is.
SELECT table_name AS name, 'table' AS kind, comment AS description
FROM duckdb_tables()
WHERE database_name = 'kooch' AND table_name NOT IN (
        'ids', 'batches', 'schema_version', 'account_bounds', 'account_numbers', 'post_digits', 'read_evidence'
    )
UNION ALL
SELECT view_name, 'view', comment
FROM duckdb_views()
WHERE database_name = 'kooch' AND schema_name = 'main' AND NOT internal
UNION ALL
SELECT function_name || '(' || array_to_string(parameters, ', ') || ')', 'macro', comment
FROM duckdb_functions()
WHERE database_name = 'kooch' AND NOT internal
ORDER BY name
