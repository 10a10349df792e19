-- One row per bound that crawls give for an account, and figure whose account it is.
SELECT
    i.id AS bound_id,
    b.* EXCLUDE (key)
FROM bounds_believed AS b
INNER JOIN ids AS i ON i.kind = 'bound' AND i.key = b.key
