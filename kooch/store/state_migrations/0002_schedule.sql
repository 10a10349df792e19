-- The planned starts of schedules, and how each ended. Times are ISO 8601 in UTC.
CREATE TABLE schedules (
    schedule TEXT PRIMARY KEY,
    definition TEXT NOT NULL,            -- cron, time zone and window: another one begins anew
    since TEXT NOT NULL                  -- slots up to here were never promised
) STRICT;
CREATE TABLE slots (
    schedule TEXT NOT NULL,
    slot TEXT NOT NULL,                  -- the planned instant, before jitter; its row is the claim
    coalesced INTEGER NOT NULL,          -- missed slots before it for which it stands
    platforms TEXT NOT NULL,             -- separated by spaces
    roster TEXT,                         -- NULL: every roster
    state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'partial', 'failed', 'busy', 'aborted')),
    started_at TEXT NOT NULL,            -- of the first attempt
    ended_at TEXT,
    exit_code INTEGER,                   -- of the crawl; NULL: nobody was there to see it
    pid INTEGER,                         -- of the crawl
    attempts INTEGER NOT NULL,           -- an aborted slot is continued
    PRIMARY KEY (schedule, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pid INTEGER NOT NULL,                -- of the latest `kooch schedule run`
    started_at TEXT NOT NULL,
    beat_at TEXT NOT NULL,
    ended_at TEXT                        -- NULL: running, or killed
) STRICT;
