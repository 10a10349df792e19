-- A rollup is computed again only if a table that it reads holds something else.

CREATE TABLE rollup_inputs ( -- One row per rollup, with a digest of what its rows were computed from.
    name VARCHAR NOT NULL, -- The rollup's name
    digest VARCHAR NOT NULL -- SHA-256 of what the tables that it reads held
);
