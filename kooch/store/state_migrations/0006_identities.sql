-- What earlier answers said about an account. An account with the same name that contradicts this is another account.
ALTER TABLE targets ADD COLUMN seen_since TEXT;
ALTER TABLE targets ADD COLUMN opened_not_before TEXT;
ALTER TABLE targets ADD COLUMN opened_before TEXT;
ALTER TABLE targets ADD COLUMN local_id TEXT;
