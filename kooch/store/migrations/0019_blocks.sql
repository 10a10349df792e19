-- Countries that kept their people from a platform.

CREATE TABLE blocks ( -- One row per platform, country and span of days in which the country blocked the platform.
    platform VARCHAR NOT NULL, -- The blocked platform, of `platforms`
    country VARCHAR NOT NULL, -- The country, ISO 3166-1 alpha-2
    from_day DATE NOT NULL, -- The first day, in that country
    to_day DATE, -- The last day, in that country; NULL: still blocked, according to the source
    ordered_by VARCHAR NOT NULL, -- Who ordered the block
    source_id INTEGER NOT NULL -- The source, of `sources`
);
