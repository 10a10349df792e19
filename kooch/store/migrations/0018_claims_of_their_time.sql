-- A claim holds for its time: since when, and until when, an account was a figure's.

ALTER TABLE claims ADD COLUMN from_day DATE; -- First day on which the account was the figure's, in the list's time zone; NULL: no limit
ALTER TABLE claims ADD COLUMN to_day DATE; -- Last day on which the account was the figure's; NULL: no limit

CREATE TABLE holders ( -- One row per person, office and span of days in which they held it. The office's accounts belong to the office and to no holder.
    roster VARCHAR NOT NULL, -- The list that says so, of `rosters`
    figure_id VARCHAR NOT NULL, -- The office, of `figures` (kind office)
    holder_id VARCHAR NOT NULL, -- The person who held it, of `figures`
    from_day DATE, -- First day, in the list's time zone; NULL: unknown
    to_day DATE, -- Last day; NULL: unknown, or still held
    source VARCHAR NOT NULL -- What the list cites for it
);
