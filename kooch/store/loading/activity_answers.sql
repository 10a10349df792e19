-- One row per answer that lists when an account posted. It counts even if another answer replaces it.
SELECT
    i.rowid AS answer,
    r.id AS run_id,
    n.account_id,
    -- Posts that came while the server answered belong to the next look.
    coalesce(list_max(list_transform(i.activity.covers, lambda c: c.covers_to)), i.valid_at) AS looked_at,
    i.activity
FROM incoming AS i
INNER JOIN answers AS a ON a.answer = i.rowid
INNER JOIN ids AS r ON r.kind = 'run' AND r.key = i.run
INNER JOIN account_of_key AS n ON n.key = coalesce(i.platform || ' ' || i.native_id, a.account_key)
WHERE i.outcome = 'observed' AND i.activity IS NOT NULL
