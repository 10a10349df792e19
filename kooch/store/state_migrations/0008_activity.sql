-- A crawl that asks when accounts posted is a run of its own: no crawl of profiles is continued by it.
ALTER TABLE runs ADD COLUMN is_activity INTEGER NOT NULL DEFAULT 0;
