-- What people see of an account counts as an answer about it.

ALTER TABLE looks ADD COLUMN account_id INTEGER; -- The accepted account of the figure that was seen, of `accounts`; NULL: none was named, or it is not accepted
ALTER TABLE account_bounds ALTER COLUMN run_id DROP NOT NULL;
ALTER TABLE account_bounds ADD COLUMN source_id INTEGER; -- The wave in which people looked, of `sources`; NULL: a crawl did
ALTER TABLE doubts ALTER COLUMN run_id DROP NOT NULL;
ALTER TABLE doubts ADD COLUMN source_id INTEGER; -- The wave in which people got the first such answer, of `sources`; NULL: a crawl did
COMMENT ON COLUMN doubts.run_id IS 'The crawl that got the first such answer, of `runs`; NULL: people looked';
COMMENT ON COLUMN bounds.kind IS 'The kind of evidence: stated, published (the figure had joined when the report appeared), opened (day shown by the platform), listed (on a list), plc (directory log) or seen (in an observation, or by people). Confirmed by a second look: gone (ended by its owner), ended (by the platform), missing (nobody says by whom) or returned';
UPDATE versions SET rosters_digest = '';
