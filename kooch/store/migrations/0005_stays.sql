-- What the truth table of docs/methods.md makes of the evidence. Written anew by every load; rollups and macros read it.

ALTER TABLE platforms ADD COLUMN opened_by DATE;
COMMENT ON COLUMN platforms.opened_by IS 'Last day on which it can have opened; NULL: `opened` is the day';
ALTER TABLE rosters ADD COLUMN population INTEGER;
COMMENT ON COLUMN rosters.population IS 'Of a sample: how many it was drawn from; NULL: unknown, or no sample';
COMMENT ON COLUMN bounds.kind IS 'stated, published (it is there when the report appears), opened (day shown by the platform), listed (in a roster), plc (directory log), seen (in an observation); confirmed by a second look: gone (its owner''s act), ended (the platform''s), missing (whose act is unknown), returned';

CREATE TABLE known_stays ( -- One row per stay of an account on a platform, and span of time in which that was what was known.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    account_id INTEGER, -- NULL: the sources do not say which account
    stay INTEGER NOT NULL, -- 1 for the first; a new one begins after an end. 0: only evidence that counts nowhere
    joined_not_before TIMESTAMPTZ, -- NULL: open; only "there by" is known
    joined_before TIMESTAMPTZ, -- The open end of the interval; NULL: undated
    joined_from_bound INTEGER, -- The bound that sets joined_not_before
    joined_to_bound INTEGER, -- The bound that sets joined_before
    ended_not_before TIMESTAMPTZ, -- NULL: no end is known, or only "gone by"
    ended_before TIMESTAMPTZ, -- The open end of the interval; NULL: no end is certain
    ended_from_bound INTEGER, -- The bound that sets ended_not_before
    ended_to_bound INTEGER, -- The bound that sets ended_before
    ended_by VARCHAR, -- Whose act the end was: owner, platform or unknown; NULL: no end
    last_sign_at TIMESTAMPTZ, -- First possible instant of the latest sign that is certainly of the stay; NULL: there is none
    last_sign_bound INTEGER, -- The statement it rests on, or
    last_sign_run INTEGER, -- the crawl
    longest_gap_days INTEGER, -- Whole days of the longest time between two of its signs; NULL: fewer than two
    join_is_presumed BOOLEAN NOT NULL, -- joined_not_before or joined_before would differ without reports that name no account
    end_is_presumed BOOLEAN NOT NULL, -- The same of the end
    last_sign_is_presumed BOOLEAN NOT NULL, -- The same of the last sign
    is_explained BOOLEAN NOT NULL, -- Reports that name no account, which any of several known accounts may explain
    contradiction BOOLEAN NOT NULL, -- The evidence cannot all be true, or lies outside the platform's own time
    readings INTEGER NOT NULL, -- How many largest sets of evidence can be true together; 0: none of it is dated
    unexplained INTEGER[] NOT NULL, -- bound_ids that count nowhere: excluded by evidence that names the account, or later than the platform
    known_from TIMESTAMPTZ NOT NULL, -- This was what was known from this instant
    known_until TIMESTAMPTZ -- until this one; NULL: it still is
);
CREATE TABLE known_readings ( -- One row per reading of a stay's evidence, and span of time in which that was what was known.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    account_id INTEGER, -- NULL: the sources do not say which account
    stay INTEGER NOT NULL, -- 1 for the first
    not_before TIMESTAMPTZ, -- The reading's interval of the join: [not_before, before)
    before TIMESTAMPTZ, -- The open end
    from_bound INTEGER, -- The bound that sets not_before
    to_bound INTEGER, -- The bound that sets before
    bounds INTEGER[] NOT NULL, -- The bound_ids that agree in it
    known_from TIMESTAMPTZ NOT NULL, -- This was what was known from this instant
    known_until TIMESTAMPTZ -- until this one; NULL: it still is
);
CREATE TABLE edge_spans ( -- One row per stretch of time in which a figure is counted in an edge of adoption.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    with_presumptions BOOLEAN, -- Whether reports that name no account are taken for the figure's known account; NULL: it makes no difference
    edge VARCHAR NOT NULL, -- joined_min, joined_max, there_min or there_max
    since TIMESTAMPTZ, -- Of a lower edge counted by the end of the day that holds the last instant before it, of an upper edge by that of its own day; NULL: since the platform opened
    until TIMESTAMPTZ, -- Of a lower edge the first day that does not count holds it, of an upper edge the last instant before it; NULL: open
    sign_at TIMESTAMPTZ -- Counted for at most 45 days after its day; NULL: not limited
);
CREATE TABLE doubts ( -- One row per stretch of answers that do not show an account there, from the first to the next sign.
    account_id INTEGER NOT NULL,
    status status NOT NULL, -- The first such answer
    since TIMESTAMPTZ NOT NULL, -- When it was given
    run_id INTEGER NOT NULL, -- The crawl that heard it
    known_at TIMESTAMPTZ NOT NULL,
    latest_at TIMESTAMPTZ NOT NULL, -- The latest such answer
    not_found_from TIMESTAMPTZ, -- The first that did not find it; NULL: all said something else
    not_found_to TIMESTAMPTZ, -- The latest of those
    until TIMESTAMPTZ, -- The next sign; NULL: none yet
    until_known_at TIMESTAMPTZ, -- When the next sign was known
    is_end BOOLEAN NOT NULL -- Two looks a day apart agreed: an end, not a doubt
);
CREATE TABLE sign_spans ( -- One row per account and stretch of answers that show it there.
    account_id INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL, -- The first of them
    first_run_id INTEGER NOT NULL, -- The crawl that heard it
    first_known_at TIMESTAMPTZ NOT NULL, -- When it was known
    last_at TIMESTAMPTZ NOT NULL, -- The latest of them
    last_run_id INTEGER NOT NULL, -- The crawl that heard it
    last_known_at TIMESTAMPTZ NOT NULL, -- When it was known
    signs BIGINT NOT NULL -- How many they are
);
CREATE TABLE sign_gaps ( -- One row per account and stretch of answers that show it there: the longest time between two of them.
    account_id INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL, -- The first of them
    last_at TIMESTAMPTZ NOT NULL, -- The latest of them
    signs BIGINT NOT NULL, -- How many they are
    longest_gap BIGINT NOT NULL -- Microseconds
);
