-- One row per bound of two accounts that are one, without bounds that come from observations.
SELECT
    coalesce(m.merged_into, b.account_id) AS account_id,
    b.event,
    b.not_before,
    b.before,
    b.kind,
    arg_min_null(b.run_id, (b.known_at, b.run_id, b.source_id)) AS run_id,
    arg_min_null(b.source_id, (b.known_at, b.run_id, b.source_id)) AS source_id,
    min(b.known_at) AS known_at
FROM account_bounds AS b
LEFT JOIN accounts_merged AS m ON m.account_id = b.account_id
WHERE
    b.kind <> 'seen'
    AND (m.account_id IS NOT NULL OR b.account_id IN (SELECT merged_into FROM accounts_merged))
GROUP BY coalesce(m.merged_into, b.account_id), b.event, b.not_before, b.before, b.kind
