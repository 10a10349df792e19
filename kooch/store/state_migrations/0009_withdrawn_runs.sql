-- Runs that were withdrawn: their batches stay in the archive and are loaded no more.
CREATE TABLE withdrawn_runs (
    run TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    source TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    cost_usd REAL NOT NULL, -- was spent all the same
    reason TEXT NOT NULL,
    withdrawn_at TEXT NOT NULL
);
