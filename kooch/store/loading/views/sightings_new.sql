-- One row per sighting to store.
SELECT a.*
FROM outcomes_accepted AS a
ANTI JOIN (SELECT run_id, target_id FROM sightings_superseded WHERE NOT is_stored) AS s
    ON s.run_id = a.run_id AND s.target_id = a.target_id
WHERE a.outcome = 'observed' AND NOT a.is_look
