-- One row per change of the words of an account's profile.
SELECT
    c.account_id,
    c.valid_from, -- When the words were first seen
    t.handle,
    t.display_name,
    t.bio,
    t.links,
    t.verified,
    t.avatar_url
FROM profile_changes AS c
INNER JOIN texts AS t ON t.text_id = c.text_id
