-- One row per text among the new sightings, with the digest by which `texts` knows it.
SELECT
    w.words,
    w.answer,
    md5_number_lower(to_json(i.profile)::VARCHAR) AS digest
FROM words_read AS w
INNER JOIN incoming AS i ON i.rowid = w.answer
