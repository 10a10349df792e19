-- Runs over an archive: walks through its index first, then the captures they have found.
-- A target may be an archived page: the address that opens it, and the digest that the index has of it.
ALTER TABLE targets ADD COLUMN url TEXT;
ALTER TABLE targets ADD COLUMN captured_at TEXT;
ALTER TABLE targets ADD COLUMN digest TEXT;
CREATE TABLE backfills (
    run TEXT PRIMARY KEY REFERENCES runs,
    first_day TEXT,                      -- of the captures; NULL: from the beginning
    last_day TEXT,
    every TEXT NOT NULL,                 -- day, week, month or capture: one kept for each
    planned_at TEXT                      -- NULL: the index is still being read
) STRICT;
CREATE TABLE walks (
    run TEXT NOT NULL REFERENCES runs,
    walk TEXT NOT NULL,                  -- the address asked for; with a * at its end, what begins with it
    handle TEXT NOT NULL,
    resume_key TEXT,                     -- where the next page begins; NULL: at the start
    misfits INTEGER NOT NULL DEFAULT 0,  -- rows that no index should hold
    ended_at TEXT,
    PRIMARY KEY (run, walk)
) STRICT;
CREATE TABLE index_rows (
    run TEXT NOT NULL REFERENCES runs,
    walk TEXT NOT NULL,
    timestamp TEXT NOT NULL,             -- 14 digits, UTC
    original TEXT NOT NULL,
    mimetype TEXT NOT NULL,
    status INTEGER,                      -- NULL: the archive stored it as a repetition
    digest TEXT NOT NULL,
    PRIMARY KEY (run, walk, timestamp, original)
) STRICT, WITHOUT ROWID;
