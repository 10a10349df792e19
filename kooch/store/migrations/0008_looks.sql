-- What people saw, wave by wave.

CREATE TABLE looks ( -- One row per look by somebody, or by a program, at one figure on one platform.
    figure_id VARCHAR NOT NULL, -- At whom somebody looked
    platform VARCHAR NOT NULL, -- Where
    wave VARCHAR NOT NULL, -- Looks that belong together, and are compared with other waves
    definition VARCHAR, -- What counted as present in this wave; NULL: nobody said
    looker VARCHAR NOT NULL, -- A code, no name
    method VARCHAR NOT NULL, -- app_search, web_search, official_page, known_account, or tool:NAME for a program's export
    is_by_person BOOLEAN NOT NULL, -- A search by a program counts towards no nine tenths
    looked_from TIMESTAMPTZ NOT NULL, -- The look was taken in this half-open span: its day, or its minute
    looked_before TIMESTAMPTZ NOT NULL, -- The open end
    result VARCHAR NOT NULL, -- present, absent or unclear
    settled VARCHAR NOT NULL, -- What all looks of the wave at this figure say: present, absent, unclear, or disputed while lookers disagree
    is_speaking BOOLEAN NOT NULL, -- Whether the settled result is taken from this look: one for each figure, platform and wave
    is_search BOOLEAN NOT NULL, -- False: no link stood on an official page, which is no search
    adjudicates BOOLEAN NOT NULL, -- It decides between others
    handle VARCHAR, -- Of the account that was seen; NULL: none was named
    native_id VARCHAR, -- The same
    status VARCHAR, -- As the page told it
    followers BIGINT, -- As the page showed them, read by its language
    followers_precision BIGINT, -- The true number lies in followers ± this; NULL: exact
    following BIGINT, -- As the page showed it
    posts BIGINT, -- As the page showed it
    last_post_on DATE, -- A day of the look's zone
    archive_url VARCHAR, -- An archived page that shows the same
    source_id INTEGER NOT NULL -- The wave, as a source
);
COMMENT ON COLUMN searches.method IS 'statement: a source says the figure was not there; manual:METHOD: a person looked; tool:NAME: a program did';
COMMENT ON COLUMN searches.outcome IS 'present, absent, not_linked (no link on an official page: no search), or missed (a program did not find it: no search either)';
