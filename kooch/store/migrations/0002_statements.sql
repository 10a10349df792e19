ALTER TABLE bounds ADD COLUMN reported_is_least BOOLEAN; -- Whether the source says "over" or "at least" so many: then there is no precision; NULL: no number
ALTER TABLE bounds ADD COLUMN read_as VARCHAR; -- How the source was read: page, excerpt, excerpt_cut (it ends just there) or quoted_elsewhere; NULL: it is not said
ALTER TABLE bounds ADD COLUMN derived_from VARCHAR; -- Where the source has this statement from; NULL: it is its own
CREATE TABLE platform_counts ( -- One row per count of a whole platform that somebody has published: users, downloads, active users.
    platform VARCHAR NOT NULL,
    measure VARCHAR NOT NULL, -- users, downloads, active_users, monthly_active_users and so on: each is another thing, never one series
    area VARCHAR NOT NULL, -- world, or a country's code
    day DATE, -- Of which day it is said; NULL: undated
    value BIGINT NOT NULL, -- The count, as the bound says to be read
    bound VARCHAR NOT NULL, -- exact, at_least, at_most or about
    said_by VARCHAR NOT NULL, -- Whose count it is: company, founder, paper, …
    publisher VARCHAR NOT NULL, -- Who printed it
    published_on DATE, -- NULL: the page shows no day
    source_url VARCHAR, -- NULL: the address was not kept
    note VARCHAR -- What a reader must know of it; NULL: nothing
);
CREATE TABLE statuses ( -- One row per status that an answer can have, and what it says of the account.
    status status NOT NULL,
    is_gone BOOLEAN NOT NULL, -- Nobody can visit it
    whose_act VARCHAR -- owner or platform; NULL: nobody knows, or it is there
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
