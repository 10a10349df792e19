-- A second look at accounts that seemed gone is a run of its own: a crawl that was interrupted is not continued by it.
ALTER TABLE runs ADD COLUMN is_recheck INTEGER NOT NULL DEFAULT 0;
