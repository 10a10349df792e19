-- One row per text among the new sightings, with the first answer that shows it.
SELECT
    words,
    min(answer) AS answer
FROM sightings_new
WHERE words IS NOT NULL
GROUP BY words
