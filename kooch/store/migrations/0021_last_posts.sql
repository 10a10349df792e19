-- What sources of lists found when they checked who posts.

CREATE TABLE last_posts ( -- One row per list, account and check by the list's source: the last post that the check found. No post came between the two.
    roster VARCHAR NOT NULL, -- The list, of `rosters`
    figure_id VARCHAR NOT NULL, -- The figure that the list names for the account, of `figures`
    platform VARCHAR NOT NULL,
    account_id INTEGER NOT NULL, -- The account, of `accounts`
    last_post_at TIMESTAMPTZ NOT NULL, -- When it had posted last; it may have been a repost
    checked_at TIMESTAMPTZ NOT NULL, -- When the source checked
    source_id INTEGER NOT NULL -- The list as a source, of `sources`
);
