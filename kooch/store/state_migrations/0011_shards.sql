-- A run of several machines is planned in the folder that they share: no crawl of this data folder alone continues it.
ALTER TABLE runs ADD COLUMN shards INTEGER; -- NULL: a run of this data folder
