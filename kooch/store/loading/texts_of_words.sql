-- One row per text of the new observations, with the hash that stands for it in this load.
SELECT
    w.words,
    t.text_id
FROM words_with_digests AS w
INNER JOIN texts AS t ON t.digest = w.digest
