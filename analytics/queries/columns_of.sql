-- One row per column of the table or view $relation.
SELECT column_name AS column, data_type AS type, comment AS description
FROM duckdb_columns()
WHERE database_name = 'kooch' AND schema_name = 'main' AND table_name = $relation
ORDER BY column_index
