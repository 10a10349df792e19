-- What earlier answers said of an account: one that is called the same and contradicts it is another.
ALTER TABLE targets ADD COLUMN seen_since TEXT;
ALTER TABLE targets ADD COLUMN opened_not_before TEXT;
ALTER TABLE targets ADD COLUMN opened_before TEXT;
ALTER TABLE targets ADD COLUMN local_id TEXT;
