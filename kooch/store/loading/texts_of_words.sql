-- One row per text among the new sightings, by the hash that stands for it in this load.
SELECT
    w.words,
    t.text_id
FROM words_with_digests AS w
INNER JOIN texts AS t ON t.digest = w.digest
