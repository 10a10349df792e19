-- One row per bound that crawls give of an account and figure it is accepted for.
SELECT
    i.id AS bound_id,
    b.* EXCLUDE (key)
FROM bounds_believed AS b
INNER JOIN ids AS i ON i.kind = 'bound' AND i.key = b.key
