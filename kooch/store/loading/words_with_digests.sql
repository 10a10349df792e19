-- One row per text of the new observations, with the digest under which `texts` stores it.
SELECT
    w.words,
    w.answer,
    md5_number_lower(to_json(i.profile)::VARCHAR) AS digest
FROM words_read AS w
INNER JOIN incoming AS i ON i.rowid = w.answer
