-- One row per observation to store, in the order of arrival. Neighbouring rows are similar, so they take a quarter of the space.
SELECT
    s.account_id,
    s.valid_at,
    s.recorded_at,
    s.run_id,
    s.status,
    s.followers,
    s.following,
    s.posts,
    s.followers_precision,
    s.last_post_at,
    s.withheld_in,
    s.capture_id,
    t.text_id
FROM sightings_new AS s
LEFT JOIN texts_of_words AS t ON t.words = s.words
ORDER BY s.answer
