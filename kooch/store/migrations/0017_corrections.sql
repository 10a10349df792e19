-- What an earlier version said and a later one withdrew, for people who have printed it.

CREATE TABLE corrections ( -- One row per link, statement or move that a version had and the next one has no more. Suppressions are not among them, nor are figures that left all lists.
    correction_id VARCHAR NOT NULL, -- The id of the correction; it never changes
    kind VARCHAR NOT NULL, -- What is withdrawn: link (between account and figure), statement (of a source) or move
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    move_id VARCHAR, -- For a move, its id in feeds; NULL: not a move
    said VARCHAR, -- For a statement its event, for a move its kind; NULL: a link, whose account is not named again
    not_before TIMESTAMPTZ, -- The start of the interval that was stated for it; NULL: open
    before TIMESTAMPTZ, -- The end of that interval; NULL: open
    publisher VARCHAR, -- For a statement, who published it
    reason VARCHAR, -- Why it was withdrawn; NULL: no reason was given
    corrected_at TIMESTAMPTZ NOT NULL -- When Kooch noticed the withdrawal
);
