-- What people saw, wave by wave.

CREATE TABLE looks ( -- One row per look by a person or a program at one figure on one platform.
    figure_id VARCHAR NOT NULL, -- The figure that was looked at, of `figures`
    platform VARCHAR NOT NULL, -- The platform on which they looked, of `platforms`
    wave VARCHAR NOT NULL, -- The wave: looks that belong together and are compared with other waves
    definition VARCHAR, -- What counted as present in this wave; NULL: nobody said
    looker VARCHAR NOT NULL, -- A code for who looked, not a name
    method VARCHAR NOT NULL, -- app_search, web_search, official_page, known_account, or tool:NAME for a program's export
    is_by_person BOOLEAN NOT NULL, -- Whether a person looked. A search by a program does not count towards the nine tenths
    looked_from TIMESTAMPTZ NOT NULL, -- The start of the time of the look: its minute, or its day
    looked_before TIMESTAMPTZ NOT NULL, -- The open end of that time
    result VARCHAR NOT NULL, -- What was seen: present, absent or unclear
    settled VARCHAR NOT NULL, -- The result of all looks of the wave at this figure: present, absent, unclear, or disputed while lookers disagree
    is_speaking BOOLEAN NOT NULL, -- Whether the settled result comes from this look. One look per figure, platform and wave has it
    is_search BOOLEAN NOT NULL, -- Whether it was a search. It is false if a person found no link on an official page
    adjudicates BOOLEAN NOT NULL, -- Whether this look decides between others
    handle VARCHAR, -- The handle of the account that was seen; NULL: none was named
    native_id VARCHAR, -- The native id of the account that was seen; NULL: none was named
    status VARCHAR, -- What the page said about the account
    followers BIGINT, -- Followers, read from the page in its language
    followers_precision BIGINT, -- Half-width of a rounded count; NULL: exact
    following BIGINT, -- How many accounts it follows, as the page showed
    posts BIGINT, -- How many posts there are, as the page showed
    last_post_on DATE, -- The day of the newest post, in the time zone of the look
    archive_url VARCHAR, -- The address of an archived copy of the page; NULL: none
    source_id INTEGER NOT NULL -- The wave as a source, of `sources`
);
COMMENT ON COLUMN searches.method IS 'How it was searched: statement (a source says that the figure was not there), manual:METHOD (by a person) or tool:NAME (by a program)';
COMMENT ON COLUMN searches.outcome IS 'The result: present, absent, not_linked (an official page has no link; this is not a search) or missed (a program did not find it; this is not a search either)';
