-- When accounts posted: what was asked, and on which days something stood. Never what was posted.
CREATE TABLE activity_looks ( -- One row per answered look at the posts of an account, and span of time that the look covers.
    account_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    looked_at TIMESTAMPTZ NOT NULL, -- When the account's server was asked
    covers_from TIMESTAMPTZ, -- The start of the span in which the look listed all of `kinds` that still stood; NULL: it covers nothing
    covers_to TIMESTAMPTZ, -- The open end of that span; NULL: until looked_at
    kinds VARCHAR NOT NULL, -- What was listed: posts (including replies and quotes), or posts and reposts
    complete BOOLEAN NOT NULL, -- Whether the look was not broken off
    listed INTEGER, -- How many posts the account has, including imported ones; NULL: not all were listed
    listed_lately INTEGER, -- How many of them are of the look's day (UTC) or the day before; the next look reads those again
    undated INTEGER, -- How many posts have no credible day: imported, dated in the future, or more than a day away from their own key
    counted_more INTEGER -- How many more posts the profile counts than the look listed; NULL: not compared
);
CREATE TABLE activity_days ( -- One row per account and day (UTC) on which a look listed something. A day without a row had no post only if a look covers it.
    account_id INTEGER NOT NULL,
    day DATE NOT NULL, -- The day, in UTC
    posts INTEGER NOT NULL, -- Posts and quotes that stood at the latest look that covers the day; for a day that no look covers, at least so many
    replies INTEGER NOT NULL, -- Replies, counted in the same way
    reposts INTEGER NOT NULL, -- The most reposts that any look listed
    posts_most INTEGER NOT NULL -- The most posts and replies that any look listed; deletions do not lower it
);
COMMENT ON COLUMN runs.source IS 'The kind of run: live (a crawl), archive, import, or activity (a crawl that asks when accounts posted)';
