ALTER TABLE bounds ADD COLUMN reported_is_least BOOLEAN; -- Whether the count is a lower bound ("over", "at least"). Then it has no precision; NULL: no number
ALTER TABLE bounds ADD COLUMN read_as VARCHAR; -- How the source was read: page, excerpt, excerpt_cut (the text ends at this point) or quoted_elsewhere; NULL: unknown
ALTER TABLE bounds ADD COLUMN derived_from VARCHAR; -- Where the source says that it has this statement from; NULL: the statement is its own
CREATE TABLE platform_counts ( -- One row per published count of a whole platform: users, downloads, active users.
    platform VARCHAR NOT NULL,
    measure VARCHAR NOT NULL, -- What is counted: users, downloads, active_users, monthly_active_users and so on. Do not compare different measures
    area VARCHAR NOT NULL, -- world, or a country's code
    day DATE, -- The day that the count describes; NULL: undated
    value BIGINT NOT NULL, -- The count. `bound` says how to read it
    bound VARCHAR NOT NULL, -- exact, at_least, at_most or about
    said_by VARCHAR NOT NULL, -- Who counted: company, founder, paper, …
    publisher VARCHAR NOT NULL, -- Who published the count
    published_on DATE, -- The day on which it was published; NULL: the page shows none
    source_url VARCHAR, -- The address of the source; NULL: it was not kept
    note VARCHAR -- What a reader must know about the count; NULL: nothing
);
CREATE TABLE statuses ( -- One row per status that an answer can have, with its meaning.
    status status NOT NULL,
    is_gone BOOLEAN NOT NULL, -- Whether nobody can visit the account
    whose_act VARCHAR -- Who ended the account: owner or platform; NULL: nobody knows, or it has not ended
);
INSERT INTO statuses VALUES
    ('active', false, NULL),
    ('protected', false, NULL),
    ('moved', false, NULL),
    ('limited', false, NULL),
    ('not_found', true, NULL),
    ('deleted', true, 'owner'),
    ('deactivated', true, 'owner'),
    ('suspended', true, 'platform'),
    ('platform_closed', true, 'platform');
