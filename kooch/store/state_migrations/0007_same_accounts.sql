-- A decision that an account changed its id: what was known under the old one is known of the new one.
CREATE TABLE same_accounts (
    platform TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (platform, old)
);
