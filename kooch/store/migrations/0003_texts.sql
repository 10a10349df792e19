-- Words stand once, however many accounts and observations show them; observations say which were shown.
CREATE TABLE texts ( -- One row per wording of a profile that an observation shows. Equal words are stored once.
    text_id INTEGER NOT NULL, -- The number of the wording. A rebuilt master gives other numbers
    digest UBIGINT NOT NULL, -- Half of the MD5 of all words; the loader recognises equal words by it
    handle VARCHAR NOT NULL,
    display_name VARCHAR,
    bio VARCHAR,
    links VARCHAR[] NOT NULL,
    verified BOOLEAN,
    avatar_url VARCHAR
);
CREATE TABLE profile_changes ( -- One row per change of the words of an account's profile. The view `profiles` adds the words.
    account_id INTEGER NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL, -- When the words were first seen
    text_id INTEGER NOT NULL -- The words, of `texts`
);
CREATE TEMP TABLE profile_digests AS
SELECT
    account_id,
    valid_from,
    COLUMNS(* EXCLUDE (account_id, valid_from)),
    md5_number_lower(to_json({
        'handle': handle,
        'display_name': display_name,
        'bio': bio,
        'links': links,
        'verified': verified,
        'avatar_url': avatar_url
    })::VARCHAR) AS digest
FROM profiles;
INSERT INTO texts BY NAME
SELECT
    row_number() OVER (ORDER BY valid_from, account_id) AS text_id,
    COLUMNS(* EXCLUDE (account_id, valid_from))
FROM profile_digests
QUALIFY row_number() OVER (PARTITION BY digest ORDER BY valid_from, account_id) = 1;
INSERT INTO profile_changes
SELECT
    p.account_id,
    p.valid_from,
    t.text_id
FROM profile_digests AS p
INNER JOIN texts AS t ON t.digest = p.digest
ORDER BY p.account_id, p.valid_from;
DROP TABLE profile_digests;
DROP TABLE profiles;
ALTER TABLE observations ADD COLUMN text_id INTEGER;
UPDATE observations SET text_id = s.text_id
FROM (
    SELECT
        o.rowid AS observation,
        c.text_id
    FROM observations AS o
    ASOF INNER JOIN profile_changes AS c ON c.account_id = o.account_id AND c.valid_from <= o.valid_at
    WHERE o.has_profile
) AS s
WHERE s.observation = observations.rowid;
ALTER TABLE observations DROP COLUMN has_profile;
COMMENT ON COLUMN observations.text_id IS 'The words of the profile in the answer, of `texts`; NULL: it showed none';
