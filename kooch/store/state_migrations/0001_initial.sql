-- Everything that changes and is not an observation. Times are ISO 8601 in UTC.
CREATE TABLE runs (
    run TEXT PRIMARY KEY,                -- UUID
    platform TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('live', 'archive', 'import')),
    roster TEXT,                         -- NULL: every roster
    started_at TEXT NOT NULL,
    ended_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'partial', 'failed', 'aborted')),
    requests INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    cost_usd REAL NOT NULL DEFAULT 0,
    version TEXT NOT NULL                -- of Kooch
) STRICT;
CREATE TABLE targets (
    run TEXT NOT NULL REFERENCES runs,
    target TEXT NOT NULL,                -- the native id, or '@' and the handle
    handle TEXT,
    native_id TEXT,
    server TEXT,
    listed_before TEXT,
    PRIMARY KEY (run, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE decisions (
    figure_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    account TEXT NOT NULL,               -- the native id, or '@' and the handle
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
    reviewer TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TEXT NOT NULL
) STRICT;
CREATE TABLE suppressions (
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    reason TEXT NOT NULL,
    suppressed_at TEXT NOT NULL,
    PRIMARY KEY (platform, account)
) STRICT;
CREATE TABLE rosters (
    roster TEXT PRIMARY KEY,
    loaded_at TEXT NOT NULL              -- first loaded: the baseline that fires no 'joined'
) STRICT;
