-- A message is claimed before it is sent. So a process that is killed in between never makes Kooch send a move twice.
CREATE TABLE messages (
    message TEXT PRIMARY KEY,
    channel TEXT NOT NULL,       -- its name in kooch.toml
    claimed_at TEXT NOT NULL,
    state TEXT NOT NULL          -- baseline, sending, sent, refused (the receiver said no) or unknown
) STRICT;
-- The moves that a channel has received, or may have received.
CREATE TABLE told (
    channel TEXT NOT NULL,
    move TEXT NOT NULL,
    message TEXT NOT NULL REFERENCES messages,
    PRIMARY KEY (channel, move)
) STRICT, WITHOUT ROWID;
