-- One row per text of the new observations, with the first answer that shows it.
SELECT
    words,
    min(answer) AS answer
FROM sightings_new
WHERE words IS NOT NULL
GROUP BY words
