-- How an account was asked for. By its id and by a handle it may be two targets of one run.

ALTER TABLE outcomes ADD COLUMN asked_handle VARCHAR; -- The case-folded handle that was asked for; NULL: an id or an archived page was asked for
ALTER TABLE failures ADD COLUMN asked_handle VARCHAR; -- The handle that was asked for, as in `outcomes`

-- An answer of an unfinished run may come again, and must then be recognised.
CREATE TEMP TABLE handles_asked_by_unfinished_runs AS
SELECT r.run_id, i.id AS target, split_part(min(i.key), ' ', 2) AS handle
FROM runs AS r
CROSS JOIN ids AS i
WHERE r.state = 'running' AND r.source IN ('live', 'activity') AND i.kind = 'account'
GROUP BY r.run_id, i.id
HAVING count(*) = 1 AND min(i.key) LIKE '% @%';
UPDATE outcomes SET asked_handle = h.handle FROM handles_asked_by_unfinished_runs AS h
WHERE h.run_id = outcomes.run_id AND h.target = outcomes.target;
UPDATE failures SET asked_handle = h.handle FROM handles_asked_by_unfinished_runs AS h
WHERE h.run_id = failures.run_id AND h.target = failures.target;
DROP TABLE handles_asked_by_unfinished_runs;
