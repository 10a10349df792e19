-- What the views were made from: one that is as it was is not made again.

CREATE TABLE definitions ( -- One row per view, macro and rollup: the text that made it.
    name VARCHAR NOT NULL, -- As in SQL
    digest VARCHAR NOT NULL -- SHA-256 of its text, of those that it reads, of the schema and of DuckDB's version
);
