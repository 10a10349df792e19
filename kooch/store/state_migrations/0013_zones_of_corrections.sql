-- The time zones of the days of a correction; NULL: a link, or one that was noted without.
ALTER TABLE corrections ADD COLUMN from_zone TEXT;
ALTER TABLE corrections ADD COLUMN time_zone TEXT;
