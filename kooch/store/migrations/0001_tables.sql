-- The tables of the master and of every published version. Each comment becomes the column's description:
-- docs/data.md is generated from them. Instants are TIMESTAMPTZ in UTC; intervals are half-open.

CREATE TYPE status AS ENUM (
    'active', 'not_found', 'deleted', 'deactivated', 'suspended', 'protected', 'moved', 'limited', 'platform_closed'
);
CREATE TYPE outcome AS ENUM ('observed', 'failed', 'skipped');

CREATE TABLE figures ( -- One row per public figure: a person, an institution or a party, in a public role.
    figure_id VARCHAR NOT NULL, -- Kooch's own short name for the figure; stable
    name VARCHAR NOT NULL, -- The name as the list writes it
    kind VARCHAR NOT NULL, -- person, institution, party or office
    country VARCHAR, -- ISO 3166-1 alpha-2; NULL: unknown
    wikidata_qid VARCHAR, -- Wikidata item; NULL: unknown
    aliases VARCHAR[] NOT NULL -- Other names
);
CREATE TABLE rosters ( -- One row per list of figures. Its selection decides what may be computed from it.
    roster VARCHAR NOT NULL, -- Short name of the list
    title VARCHAR NOT NULL,
    description VARCHAR NOT NULL, -- What is on the list and what is not
    source VARCHAR NOT NULL, -- Who made the list
    source_url VARCHAR,
    licence VARCHAR NOT NULL, -- SPDX name, if there is one
    as_of DATE NOT NULL, -- The day that the list describes
    time_zone VARCHAR NOT NULL, -- IANA time zone of the list's days
    selection VARCHAR NOT NULL, -- census (percentages allowed), sample (percentages with limits), listed or joiners (counts only)
    complete_from DATE, -- Since this day the list holds everybody, including those who left; NULL: on as_of only
    rejected_claims INTEGER NOT NULL, -- How many accounts the list or a reviewer says are not the figure's; these are not published
    loaded_at TIMESTAMPTZ NOT NULL -- When this store first loaded the list. Joins up to then are the baseline, not news
);
CREATE TABLE memberships ( -- One row per figure, roster and role.
    roster VARCHAR NOT NULL,
    figure_id VARCHAR NOT NULL,
    role VARCHAR NOT NULL, -- The public role for which the figure is listed
    party VARCHAR,
    unit VARCHAR, -- State, constituency or body of the role
    from_day DATE, -- First day in the role; NULL: unknown
    to_day DATE, -- Last day in the role; NULL: unknown or open
    source VARCHAR NOT NULL -- Who says that the figure holds the role
);
CREATE TABLE platforms ( -- One row per social platform.
    platform VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    opened DATE, -- First day of public use (a month or year is its first day)
    closed DATE, -- The day of the announced or actual end; NULL: the platform is open
    source_id INTEGER, -- The document that dates opening or end, of `sources`
    archive_note VARCHAR -- What to know before you trust its archived pages; NULL: nothing
);
CREATE TABLE sources ( -- One row per document that evidence rests on. Two statements of one report are one source.
    source_id INTEGER NOT NULL,
    url VARCHAR,
    citation VARCHAR NOT NULL, -- Publisher and date, for documents without an address
    publisher VARCHAR NOT NULL,
    published_at DATE, -- Day of publication in time_zone
    time_zone VARCHAR NOT NULL, -- IANA zone in which the source's days are meant
    derived_from VARCHAR, -- Where the source says that it has its information from; NULL: it does not say
    licence VARCHAR
);
CREATE TABLE events ( -- One row per dated event that charts can mark.
    event VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE, -- Last day; NULL: a single day
    time_zone VARCHAR NOT NULL,
    platforms VARCHAR[] NOT NULL, -- The platforms that the event concerns
    source_id INTEGER NOT NULL, -- The first source of the event, of `sources`
    checked BOOLEAN NOT NULL -- Whether the day was checked against that source
);
CREATE TABLE accounts ( -- One row per account on a platform. Its identity is account_id; a handle is only a name for a time.
    account_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    native_id VARCHAR, -- The platform's own stable id (Bluesky DID, X number, Mastodon actor, Koo UUID); NULL: not known yet
    server VARCHAR, -- The server that holds the account (Mastodon host, Bluesky data server); NULL: not known yet
    url VARCHAR, -- Address of the profile, made from the handle
    merged_into INTEGER, -- The account_id of the same account, if this row turned out to be a duplicate; NULL: it did not
    server_read_at TIMESTAMPTZ, -- When the platform last named the server
    handles_read_at TIMESTAMPTZ -- When the platform's log of handles was last read
);
CREATE TABLE handles ( -- One row per account, handle and period in which the account had the handle.
    account_id INTEGER NOT NULL,
    handle VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ, -- When the account began to have it; NULL: before the first look
    valid_to TIMESTAMPTZ, -- When the account ceased to have it; NULL: not known to have ended
    kind VARCHAR NOT NULL -- How it is known: roster (a list says so), registry (the platform's own log) or seen (in an observation)
);
CREATE TABLE account_links ( -- One row per other account that an account names as its own, or as the one it moved to. Only one side has said so.
    account_id INTEGER NOT NULL, -- The account that names the other, of `accounts`
    kind VARCHAR NOT NULL, -- moved_to or also_known_as
    other VARCHAR NOT NULL, -- The native id of the named account
    other_account_id INTEGER, -- The named account, of `accounts`; NULL: unknown there
    is_named_back BOOLEAN, -- For moved_to: whether the named account named this one in turn; NULL: it gave no answer
    run_id INTEGER NOT NULL, -- The first run that read it, of `runs`
    known_at TIMESTAMPTZ NOT NULL -- When the link was recorded
);
CREATE TABLE claims ( -- One row per published statement that an account belongs to a figure.
    claim_id INTEGER NOT NULL,
    figure_id VARCHAR NOT NULL,
    account_id INTEGER NOT NULL,
    polarity VARCHAR NOT NULL, -- accepts or denies. A denied account is not published
    tier VARCHAR NOT NULL, -- proof, curated, claim or similarity. Importing a list makes its claims curated
    kind VARCHAR NOT NULL, -- Where the claim comes from: roster
    value VARCHAR, -- The handle or id as the source writes it
    stated_in VARCHAR, -- What the list cites for this account
    source_id INTEGER NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE decisions ( -- One row per published decision of a reviewer about an account.
    figure_id VARCHAR NOT NULL,
    account_id INTEGER NOT NULL,
    verdict VARCHAR NOT NULL,
    reviewer VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE bounds ( -- One row per piece of evidence on when something can have happened: within [not_before, before).
    bound_id INTEGER NOT NULL,
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    account_id INTEGER, -- The account, of `accounts`; NULL: the source does not say which
    event VARCHAR NOT NULL, -- What happened: joined, there (nobody says since when), posted, absent (was not there), left or announced (that they leave)
    not_before TIMESTAMPTZ, -- The start of the interval, included; NULL: open
    before TIMESTAMPTZ, -- The open end of the interval; NULL: open
    kind VARCHAR NOT NULL, -- stated, published (it is there when the report appears), opened (day shown by the platform), listed (in a roster), plc (directory log), seen (in an observation), gone or returned (confirmed by a second look)
    wording VARCHAR, -- The words of the source; NULL: none kept
    reported VARCHAR, -- Follower count as the source writes it; NULL: none
    reported_followers INTEGER, -- The reported count as a number; NULL: none is reported, or it cannot be read
    reported_precision INTEGER, -- Half-width of the rounded count; NULL: exact
    source_id INTEGER, -- The document that it rests on, of `sources`; NULL: it rests on a crawl
    run_id INTEGER, -- The crawl that it rests on, of `runs`; NULL: it rests on a document
    known_at TIMESTAMPTZ NOT NULL -- When the public could know it: the end of the day of publication, else when Kooch recorded it
);
CREATE TABLE searches ( -- One row per search for a figure on a platform. A figure without a row was not looked for; that does not mean absent.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    run_id INTEGER,
    method VARCHAR NOT NULL, -- statement: a source says the figure was not there
    searched_at TIMESTAMPTZ, -- When it was searched for; NULL: the day is unknown
    outcome VARCHAR NOT NULL -- absent
);
CREATE TABLE runs ( -- One row per crawl of one platform. planned = observed + failed + skipped once it has ended.
    run_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL, -- live, archive or import
    roster VARCHAR, -- The list, of `rosters`; NULL: all lists
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ, -- When the run ended; NULL: it goes on, or will be continued
    state VARCHAR NOT NULL, -- running, complete, partial (some failed), failed (nothing observed) or aborted
    planned INTEGER NOT NULL,
    observed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL, -- Bytes received
    cost_usd DOUBLE NOT NULL, -- What the platform charged, in US dollars
    version VARCHAR NOT NULL, -- The version of Kooch
    is_recheck BOOLEAN NOT NULL -- Whether the run took second looks: it asked only for accounts that had seemed gone a day before
);
CREATE TABLE slots ( -- One row per claimed slot of a schedule. A slot ran once, or a later slot replaced it.
    schedule VARCHAR NOT NULL, -- The schedule's name in kooch.toml, or recheck for second looks at accounts that seemed gone
    slot TIMESTAMPTZ NOT NULL, -- The planned instant, before the delay by jitter
    coalesced INTEGER NOT NULL, -- How many missed slots this one replaced
    platforms VARCHAR[] NOT NULL,
    roster VARCHAR, -- The list, of `rosters`; NULL: all lists
    state VARCHAR NOT NULL, -- running, complete, partial, failed, busy (another process crawled) or aborted
    started_at TIMESTAMPTZ NOT NULL, -- When the first attempt started
    ended_at TIMESTAMPTZ, -- When the crawl ended; NULL: under way
    exit_code INTEGER, -- The exit code of the crawl; NULL: its end was not noticed
    attempts INTEGER NOT NULL
);
CREATE TABLE observations ( -- One row per definite answer about an account. Rows are added and never changed.
    account_id INTEGER NOT NULL,
    valid_at TIMESTAMPTZ NOT NULL, -- When the platform showed it
    recorded_at TIMESTAMPTZ NOT NULL, -- When Kooch stored it
    run_id INTEGER NOT NULL,
    status status NOT NULL,
    followers INTEGER, -- How many followers it has; NULL: not shown
    following INTEGER,
    posts INTEGER,
    followers_precision INTEGER, -- Half-width of a rounded count; NULL: exact
    last_post_at TIMESTAMPTZ,
    capture_id INTEGER, -- The archived page, of `captures`; NULL: a live answer
    body_id INTEGER, -- The kept answer; NULL: answers are not kept
    has_profile BOOLEAN NOT NULL -- The answer showed the profile's words too: profiles says which were in force
);
CREATE TABLE profiles ( -- One row per change of an account's words.
    account_id INTEGER NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL, -- First seen so
    handle VARCHAR NOT NULL,
    display_name VARCHAR,
    bio VARCHAR,
    links VARCHAR[] NOT NULL,
    verified BOOLEAN,
    avatar_url VARCHAR
);
CREATE TABLE captures ( -- One row per archived page that was read.
    capture_id INTEGER NOT NULL,
    url VARCHAR NOT NULL, -- The address that opens the archived page
    captured_at TIMESTAMPTZ NOT NULL,
    digest VARCHAR NOT NULL
);
CREATE TABLE outcomes ( -- One row per planned target of a run.
    run_id INTEGER NOT NULL,
    target INTEGER NOT NULL, -- For a live run an account_id, for an archive run a capture_id
    outcome outcome NOT NULL
);
CREATE TABLE failures ( -- One row per target without an observation, with the cause. A failure says nothing about the account.
    run_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    target INTEGER NOT NULL, -- The target, as in `outcomes`
    cause VARCHAR NOT NULL,
    http_status INTEGER,
    attempts INTEGER,
    failed_at TIMESTAMPTZ NOT NULL,
    detail VARCHAR -- The address that was asked, and what came back
);
CREATE TABLE drift ( -- One row per run and field in which answers differ from the platform's documentation.
    run_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    kind VARCHAR NOT NULL, -- missing, mistyped, negative or too_large: the value became NULL. contradicts: the value was not used. unknown: a new field
    n INTEGER NOT NULL -- In how many answers, including repeated requests
);
CREATE TABLE batches ( -- One row per loaded batch. Loading a batch again changes nothing.
    batch_id VARCHAR NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    rows INTEGER NOT NULL
);
CREATE TABLE ids ( -- One row per natural key with its number. The archive keeps the numbers too, so a rebuild gives the same.
    kind VARCHAR NOT NULL, -- What has the key: account, capture, source, claim, bound, run or holder (the account that a listed handle was found to mean)
    key VARCHAR NOT NULL,
    id INTEGER NOT NULL -- The number of the key
);
CREATE TABLE versions ( -- One row: the number and the inputs of this version.
    version INTEGER NOT NULL, -- Grows by one with every version
    published_at TIMESTAMPTZ NOT NULL,
    kooch VARCHAR NOT NULL, -- The program's version
    rosters_digest VARCHAR NOT NULL -- SHA-256 of the lists and decisions from which it was made
);
CREATE TABLE account_bounds ( -- One row per bound that crawls give for an account. `bounds` has it for the figures whose account it is.
    account_id INTEGER NOT NULL,
    event VARCHAR NOT NULL,
    not_before TIMESTAMPTZ,
    before TIMESTAMPTZ,
    kind VARCHAR NOT NULL, -- plc, opened, seen, gone or returned
    run_id INTEGER NOT NULL,
    known_at TIMESTAMPTZ NOT NULL
);
INSERT INTO versions VALUES (0, 'epoch', '', '');
