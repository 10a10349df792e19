-- The tables of the master and of every published version. Each comment becomes the column's description:
-- docs/data.md is generated from them. Instants are TIMESTAMPTZ in UTC; intervals are half-open.

CREATE TYPE status AS ENUM (
    'active', 'not_found', 'deleted', 'deactivated', 'suspended', 'protected', 'moved', 'limited', 'platform_closed'
);
CREATE TYPE outcome AS ENUM ('observed', 'failed', 'skipped');

CREATE TABLE figures ( -- One row per public figure: a person, an institution or a party, in a public role.
    figure_id VARCHAR NOT NULL, -- Kooch's own short name for the figure; stable
    name VARCHAR NOT NULL, -- As the roster writes it
    kind VARCHAR NOT NULL, -- person, institution or party
    country VARCHAR, -- ISO 3166-1 alpha-2
    wikidata_qid VARCHAR, -- Wikidata item, where known
    aliases VARCHAR[] NOT NULL -- Other names
);
CREATE TABLE rosters ( -- One row per list of figures. Its selection decides what may be computed from it.
    roster VARCHAR NOT NULL, -- Short name
    title VARCHAR NOT NULL,
    description VARCHAR NOT NULL, -- What is on the list and what is not
    source VARCHAR NOT NULL, -- Who made it
    source_url VARCHAR,
    licence VARCHAR NOT NULL, -- SPDX name where there is one
    as_of DATE NOT NULL, -- The day the list speaks of
    time_zone VARCHAR NOT NULL, -- IANA zone of the list's days
    selection VARCHAR NOT NULL, -- census (may be divided), sample, listed or joiners (counted, never divided)
    complete_from DATE, -- Since this day the list has everybody, leavers included; NULL: on as_of only
    rejected_claims INTEGER NOT NULL, -- Accounts the roster itself or a reviewer says are not the figure's; not published
    loaded_at TIMESTAMPTZ NOT NULL -- When this store first saw the list: a baseline, not a wave of joins
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
    closed DATE, -- Announced or actual end
    source_id INTEGER, -- Who says so
    archive_note VARCHAR -- What to know before believing its archived pages; NULL: nothing
);
CREATE TABLE sources ( -- One row per document that something rests on; two statements of one report are one source.
    source_id INTEGER NOT NULL,
    url VARCHAR,
    citation VARCHAR NOT NULL, -- Publisher and date: stands where there is no address
    publisher VARCHAR NOT NULL,
    published_at DATE, -- Day of publication in time_zone
    time_zone VARCHAR NOT NULL, -- IANA zone in which the source's days are meant
    derived_from VARCHAR, -- Where the source itself has it from, as far as it says
    licence VARCHAR
);
CREATE TABLE events ( -- One row per dated event that charts can mark.
    event VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE, -- Last day; NULL: a single day
    time_zone VARCHAR NOT NULL,
    platforms VARCHAR[] NOT NULL,
    source_id INTEGER NOT NULL, -- The first of its sources
    checked BOOLEAN NOT NULL -- Whether the day was checked against that source
);
CREATE TABLE accounts ( -- One row per account on a platform. Handles are attributes of it, not its identity.
    account_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    native_id VARCHAR, -- The platform's own stable id (Bluesky DID, X number, Mastodon actor, Koo UUID), once known
    server VARCHAR, -- The server that holds the account (Mastodon host, Bluesky data server), once known
    url VARCHAR, -- Address of the profile, made from the handle
    merged_into INTEGER, -- Another row turned out to be the same account: look there
    server_read_at TIMESTAMPTZ, -- When the platform last named the server
    handles_read_at TIMESTAMPTZ -- When the platform's log of handles was last read
);
CREATE TABLE handles ( -- One row per handle of an account and period.
    account_id INTEGER NOT NULL,
    handle VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ, -- NULL: since before anybody looked
    valid_to TIMESTAMPTZ, -- NULL: not known to have ended
    kind VARCHAR NOT NULL -- roster (a list says so), registry (the platform's own log) or seen (in an observation)
);
CREATE TABLE account_links ( -- One row per account that another names as itself, or as where it moved to. One side's word.
    account_id INTEGER NOT NULL, -- Who says so
    kind VARCHAR NOT NULL, -- moved_to or also_known_as
    other VARCHAR NOT NULL, -- The native id of the account that is named
    other_account_id INTEGER, -- The same, of `accounts`; NULL: not known there
    is_named_back BOOLEAN, -- Of moved_to: whether that account named this one when it was asked; NULL: it did not answer
    run_id INTEGER NOT NULL, -- The first run that read it
    known_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE claims ( -- One row per published statement that an account is a figure's.
    claim_id INTEGER NOT NULL,
    figure_id VARCHAR NOT NULL,
    account_id INTEGER NOT NULL,
    polarity VARCHAR NOT NULL, -- accepts or denies; a denied account is not published
    tier VARCHAR NOT NULL, -- proof, curated, claim or similarity; importing a roster makes its claims curated
    kind VARCHAR NOT NULL, -- roster
    value VARCHAR, -- The handle or id as the source has it
    stated_in VARCHAR, -- What the roster itself cites for this account
    source_id INTEGER NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE decisions ( -- One row per published review decision.
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
    account_id INTEGER, -- NULL: the source does not say which account
    event VARCHAR NOT NULL, -- joined, there (is there, nobody says since when), posted, absent (was not there) or left
    not_before TIMESTAMPTZ, -- NULL: open
    before TIMESTAMPTZ, -- NULL: open
    kind VARCHAR NOT NULL, -- stated, published (it is there when the report appears), opened (day shown by the platform), listed (in a roster), plc (directory log), seen (in an observation), gone or returned (confirmed by a second look)
    wording VARCHAR, -- What the source says
    reported VARCHAR, -- Follower count as the source writes it
    reported_followers INTEGER, -- That count as a number; NULL: none is reported, or it cannot be read
    reported_precision INTEGER, -- Half-width of the rounded count; NULL: exact
    source_id INTEGER, -- The document, or
    run_id INTEGER, -- the crawl it rests on
    known_at TIMESTAMPTZ NOT NULL -- When the world could know it: end of the day of publication, else our recording
);
CREATE TABLE searches ( -- One row per search for a figure on a platform. Not looked is not absent.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    run_id INTEGER,
    method VARCHAR NOT NULL, -- statement: a source says the figure was not there
    searched_at TIMESTAMPTZ, -- NULL: undated
    outcome VARCHAR NOT NULL -- absent
);
CREATE TABLE runs ( -- One row per crawl of one platform. planned = observed + failed + skipped once it has ended.
    run_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL, -- live, archive or import
    roster VARCHAR, -- NULL: every roster
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ, -- NULL: under way, or to be continued
    state VARCHAR NOT NULL, -- running, complete, partial (some failed), failed (nothing observed) or aborted
    planned INTEGER NOT NULL,
    observed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    requests BIGINT NOT NULL,
    bytes BIGINT NOT NULL, -- Received
    cost_usd DOUBLE NOT NULL,
    version VARCHAR NOT NULL, -- Of Kooch
    is_recheck BOOLEAN NOT NULL -- A second look: only accounts were asked for that had seemed gone a day before
);
CREATE TABLE slots ( -- One row per slot of a schedule that was claimed: it ran once, or another stood for it.
    schedule VARCHAR NOT NULL, -- Its name in kooch.toml, or recheck: second looks at accounts that seemed gone
    slot TIMESTAMPTZ NOT NULL, -- The planned instant, before jitter
    coalesced INTEGER NOT NULL, -- Missed slots before it for which it stands
    platforms VARCHAR[] NOT NULL,
    roster VARCHAR, -- NULL: every roster
    state VARCHAR NOT NULL, -- running, complete, partial, failed, busy (another process crawled) or aborted
    started_at TIMESTAMPTZ NOT NULL, -- Of the first attempt
    ended_at TIMESTAMPTZ, -- NULL: under way
    exit_code INTEGER, -- Of the crawl; NULL: nobody was there to see it
    attempts INTEGER NOT NULL
);
CREATE TABLE observations ( -- One row per sighting: a determinate answer about an account. Append-only.
    account_id INTEGER NOT NULL,
    valid_at TIMESTAMPTZ NOT NULL, -- When the platform showed it
    recorded_at TIMESTAMPTZ NOT NULL, -- When Kooch stored it
    run_id INTEGER NOT NULL,
    status status NOT NULL,
    followers INTEGER, -- NULL: not shown
    following INTEGER,
    posts INTEGER,
    followers_precision INTEGER, -- Half-width of a rounded count; NULL: exact
    last_post_at TIMESTAMPTZ,
    capture_id INTEGER, -- The archived page, of an archive run
    body_id INTEGER, -- The kept answer, if bodies are kept
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
    url VARCHAR NOT NULL, -- Opens the archived page
    captured_at TIMESTAMPTZ NOT NULL,
    digest VARCHAR NOT NULL
);
CREATE TABLE outcomes ( -- One row per planned target of a run.
    run_id INTEGER NOT NULL,
    target INTEGER NOT NULL, -- account_id of a live run, capture_id of an archive run
    outcome outcome NOT NULL
);
CREATE TABLE failures ( -- One row per target that has no observation: why not. Never a statement about the account.
    run_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    target INTEGER NOT NULL, -- As in outcomes
    cause VARCHAR NOT NULL,
    http_status INTEGER,
    attempts INTEGER,
    failed_at TIMESTAMPTZ NOT NULL,
    detail VARCHAR
);
CREATE TABLE drift ( -- One row per run and field that is not what the platform documents.
    run_id INTEGER NOT NULL,
    platform VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    kind VARCHAR NOT NULL, -- missing, mistyped, negative or too_large: the value became NULL; contradicts: it was not used; unknown: a new field
    n INTEGER NOT NULL -- In how many answers, those fetched again included
);
CREATE TABLE batches ( -- One row per loaded batch: loading it again changes nothing.
    batch_id VARCHAR NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    rows INTEGER NOT NULL
);
CREATE TABLE ids ( -- One row per natural key that was given an integer; kept in the archive too, so that a rebuild gives the same.
    kind VARCHAR NOT NULL, -- account, capture, source, claim, bound, run or holder (whose a listed handle was found to be)
    key VARCHAR NOT NULL,
    id INTEGER NOT NULL
);
CREATE TABLE versions ( -- One row: which version this is.
    version INTEGER NOT NULL, -- Counts up by one with every load
    published_at TIMESTAMPTZ NOT NULL,
    kooch VARCHAR NOT NULL, -- The program's version
    rosters_digest VARCHAR NOT NULL -- SHA-256 of the roster files and decisions it was made from
);
CREATE TABLE account_bounds ( -- One row per bound that crawls give of an account, whoever's it is; published as bounds of its figures.
    account_id INTEGER NOT NULL,
    event VARCHAR NOT NULL,
    not_before TIMESTAMPTZ,
    before TIMESTAMPTZ,
    kind VARCHAR NOT NULL, -- plc, opened, seen, gone or returned
    run_id INTEGER NOT NULL,
    known_at TIMESTAMPTZ NOT NULL
);
INSERT INTO versions VALUES (0, 'epoch', '', '');
