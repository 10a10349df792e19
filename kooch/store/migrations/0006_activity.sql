-- When accounts posted: what was asked, and on which days something stood. Never what was posted.
CREATE TABLE activity_looks ( -- One row per look at the posts of an account that was answered, and span of time that it covers.
    account_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    looked_at TIMESTAMPTZ NOT NULL, -- When the account's server was asked
    covers_from TIMESTAMPTZ, -- All of `kinds` that stood at looked_at and is dated from here, NULL: it covers nothing
    covers_to TIMESTAMPTZ, -- until here (half-open) was listed; NULL: until looked_at
    kinds VARCHAR NOT NULL, -- posts (replies and quotes among them) or posts and reposts
    complete BOOLEAN NOT NULL, -- Nothing broke the look off
    listed INTEGER, -- Posts that the account has, imported ones included; NULL: not all were listed
    listed_lately INTEGER, -- Those of them of the look's day (UTC) and the day before: the next look reads them again
    undated INTEGER, -- Posts met that no day can be believed of: imported, of the future, or more than a day off their own key
    counted_more INTEGER -- So many more posts does the profile count than were listed; NULL: not compared
);
CREATE TABLE activity_days ( -- One row per account and day (UTC) of which a look listed something. No row is no post only inside a look's cover.
    account_id INTEGER NOT NULL,
    day DATE NOT NULL, -- In UTC
    posts INTEGER NOT NULL, -- Posts and quotes that stood at the latest look which covers the day; of a day outside all cover, that many at least
    replies INTEGER NOT NULL, -- The same of replies
    reposts INTEGER NOT NULL, -- The most reposts that a look listed
    posts_most INTEGER NOT NULL -- The most posts and replies that a look listed: who posted then did post, whatever was deleted since
);
COMMENT ON COLUMN runs.source IS 'live, archive, import, or activity (a crawl that asks when accounts posted)';
