-- One row per text that no earlier load has read. Texts are numbered in the order of arrival, so neighbours in a crawl have close numbers.
SELECT
    m.top + row_number() OVER (ORDER BY w.answer) AS text_id,
    w.digest,
    i.profile.handle,
    i.profile.display_name,
    i.profile.bio,
    i.profile.links,
    i.profile.verified,
    i.profile.avatar_url
FROM words_with_digests AS w
INNER JOIN incoming AS i ON i.rowid = w.answer
CROSS JOIN (SELECT coalesce(max(text_id), 0) AS top FROM texts) AS m
ANTI JOIN texts AS t ON t.digest = w.digest
QUALIFY row_number() OVER (PARTITION BY w.digest ORDER BY w.answer) = 1
