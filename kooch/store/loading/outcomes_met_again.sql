-- One row per stored outcome of a target for which another answer arrived. Mostly there is none. Then no long table is joined to it.
SELECT
    o.run_id,
    o.target AS target_id,
    o.asked_handle,
    o.outcome,
    coalesce(a.capture_id, t.merged_into, t.account_id) AS sighted,
    coalesce(t.merged_into, t.account_id) AS account_id
FROM outcomes AS o
INNER JOIN outcomes_arrived AS a
    ON a.run_id = o.run_id AND a.target_id = o.target AND a.asked_handle IS NOT DISTINCT FROM o.asked_handle
LEFT JOIN accounts AS t ON t.account_id = o.target
