-- One row per sighting for which another stands.
-- Two targets of a run that are one account are one sighting: the earlier. A page that several runs have read is one
-- sighting: as it was read last.
SELECT
    s.is_stored,
    s.run_id,
    s.target_id,
    s.sighted
FROM sightings_side_by_side AS s
SEMI JOIN sightings_told_twice AS t ON t.of_run = s.of_run AND t.sighted = s.sighted
QUALIFY CASE
    WHEN s.capture_id IS NULL THEN
        row_number() OVER (PARTITION BY s.of_run, s.sighted ORDER BY s.valid_at, s.is_stored DESC, s.target_id)
    ELSE row_number() OVER (PARTITION BY s.of_run, s.sighted ORDER BY s.recorded_at DESC, s.run_id DESC)
END > 1
