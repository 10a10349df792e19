-- One row per observation to store.
SELECT a.*
FROM outcomes_accepted AS a
ANTI JOIN sightings_superseded AS s ON s.answer = a.answer
WHERE a.outcome = 'observed' AND NOT a.is_look
