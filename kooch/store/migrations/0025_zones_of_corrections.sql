-- A day that was withdrawn is told as it was told before: in the time zone of what it rested on.

ALTER TABLE corrections ADD COLUMN from_zone VARCHAR;
ALTER TABLE corrections ADD COLUMN time_zone VARCHAR;
COMMENT ON COLUMN corrections.from_zone IS 'The IANA time zone of the day on which the interval starts; NULL: a link, or an earlier Kooch noted the correction';
COMMENT ON COLUMN corrections.time_zone IS 'The IANA time zone of the day on which the interval ends; NULL: a link, or an earlier Kooch noted the correction';
