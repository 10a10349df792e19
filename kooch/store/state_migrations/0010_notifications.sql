-- A message is claimed before it is sent: whoever is killed in between has told nobody twice.
CREATE TABLE messages (
    message TEXT PRIMARY KEY,
    channel TEXT NOT NULL,       -- its name in kooch.toml
    claimed_at TEXT NOT NULL,
    state TEXT NOT NULL          -- baseline, sending, sent, refused (the receiver said no) or unknown
) STRICT;
-- Which moves a channel was told, or may have been.
CREATE TABLE told (
    channel TEXT NOT NULL,
    move TEXT NOT NULL,
    message TEXT NOT NULL REFERENCES messages,
    PRIMARY KEY (channel, move)
) STRICT, WITHOUT ROWID;
