-- One row per observation that another one replaces.
-- If two targets of a run are one account, only the earlier observation counts. If several runs have read a page, only the
-- latest reading counts.
SELECT
    s.run_id,
    s.answer, -- NULL: it is stored
    s.sighted
FROM sightings_side_by_side AS s
SEMI JOIN sightings_repeated AS t ON t.of_run = s.of_run AND t.sighted = s.sighted
QUALIFY CASE
    WHEN s.capture_id IS NULL THEN
        row_number() OVER (
            PARTITION BY s.of_run, s.sighted ORDER BY s.valid_at, s.answer IS NOT NULL, s.target_id, s.asked_handle
        )
    ELSE row_number() OVER (PARTITION BY s.of_run, s.sighted ORDER BY s.recorded_at DESC, s.run_id DESC)
END > 1
