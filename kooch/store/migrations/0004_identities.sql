ALTER TABLE accounts ADD COLUMN local_id VARCHAR; -- The account's number at its server, where its native id is a name: another number under that name is another account
ALTER TABLE observations ADD COLUMN withheld_in VARCHAR[]; -- The countries in which the platform withholds the account (ISO codes; XX: everywhere); NULL: none, or it is not said
CREATE TABLE same_accounts ( -- One row per decision that an account changed its id.
    platform VARCHAR NOT NULL,
    old VARCHAR NOT NULL, -- The native id that it had
    new VARCHAR NOT NULL, -- The native id that it has; the same, where only what the server says of it has changed
    decided_at TIMESTAMPTZ NOT NULL
);
