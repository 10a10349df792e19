-- What the views were made from: one that is as it was is not made again.

CREATE TABLE definitions ( -- One row per view, macro and rollup, with a digest of its text.
    name VARCHAR NOT NULL, -- The name in SQL
    digest VARCHAR NOT NULL -- SHA-256 of its text, of the texts that it reads, of the schema and of DuckDB's version
);
