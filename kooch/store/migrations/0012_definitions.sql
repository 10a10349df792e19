-- What each view was made from. A view that has not changed is not made again.

CREATE TABLE definitions ( -- One row per view, macro and rollup, with a digest of its text.
    name VARCHAR NOT NULL, -- The name in SQL
    digest VARCHAR NOT NULL -- SHA-256 of its text, of the texts that it reads, of the schema and of DuckDB's version
);
