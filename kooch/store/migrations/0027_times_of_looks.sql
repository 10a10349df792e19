-- A look by a person has no instant, only a span of time.

COMMENT ON COLUMN doubts.since IS 'The first possible instant of the first such answer; people looked at some time from then on';
COMMENT ON COLUMN doubts.not_found_from IS 'The last possible instant of the first answer "not found"; NULL: no answer said so';
COMMENT ON COLUMN doubts.not_found_to IS 'The first possible instant of the latest answer "not found"';
COMMENT ON COLUMN doubts.until IS 'The last possible instant of the next sign; NULL: none yet';
UPDATE versions SET rosters_digest = '';
