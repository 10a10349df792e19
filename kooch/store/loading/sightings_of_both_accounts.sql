-- One row per sighting of a merged account in a run that has seen the other account too: one of the two is enough.
SELECT
    o.run_id,
    o.account_id
FROM observations AS o
INNER JOIN accounts_merged AS m ON m.account_id = o.account_id
SEMI JOIN observations AS k ON k.account_id = m.merged_into AND k.run_id = o.run_id AND k.capture_id IS NULL
