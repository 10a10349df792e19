-- One row per change of an account's words.
SELECT
    c.account_id,
    c.valid_from, -- First seen so
    t.handle,
    t.display_name,
    t.bio,
    t.links,
    t.verified,
    t.avatar_url
FROM profile_changes AS c
INNER JOIN texts AS t ON t.text_id = c.text_id
