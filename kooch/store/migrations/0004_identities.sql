ALTER TABLE accounts ADD COLUMN local_id VARCHAR; -- The account's number at its server, where the native id is a name. Another number with that name is another account
ALTER TABLE observations ADD COLUMN withheld_in VARCHAR[]; -- The countries in which the platform withholds the account (ISO codes; XX: everywhere); NULL: none, or unknown
CREATE TABLE same_accounts ( -- One row per decision of a user that an account changed its id.
    platform VARCHAR NOT NULL,
    old VARCHAR NOT NULL, -- The earlier native id
    new VARCHAR NOT NULL, -- The present native id; equal to `old` if only what the server says about the account has changed
    decided_at TIMESTAMPTZ NOT NULL
);
