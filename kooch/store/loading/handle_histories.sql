-- One row per account whose registry gave its handles. A registry gives the whole history each time, so the latest answer counts.
SELECT
    h.account_id,
    h.spans,
    h.read_at
FROM (
    SELECT
        account_id,
        arg_max(handles, (valid_at, recorded_at, run_id)) AS spans,
        max(valid_at) AS read_at
    FROM registry_answers
    WHERE len(handles) > 0
    GROUP BY account_id
) AS h
INNER JOIN accounts AS a ON a.account_id = h.account_id
WHERE a.handles_read_at IS NULL OR a.handles_read_at <= h.read_at
