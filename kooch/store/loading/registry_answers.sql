-- One row per answer with what a registry or server knows of its account. It counts even if another answer replaces it.
SELECT
    r.id AS run_id,
    n.account_id,
    i.valid_at,
    i.recorded_at,
    i.server,
    i.local_id,
    i.handles,
    i.bounds,
    i.moved_to,
    i.is_named_back,
    i.also_known_as
FROM incoming AS i
INNER JOIN answers AS a ON a.answer = i.rowid
INNER JOIN ids AS r ON r.kind = 'run' AND r.key = i.run
INNER JOIN account_of_key AS n ON n.key = coalesce(i.platform || ' ' || i.native_id, a.account_key)
WHERE
    i.outcome = 'observed'
    AND (
        i.server IS NOT NULL
        OR len(i.handles) > 0
        OR len(i.bounds) > 0
        OR i.moved_to IS NOT NULL
        OR len(i.also_known_as) > 0
    )
