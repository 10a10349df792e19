-- What the truth table of docs/methods.md makes of the evidence. Written anew by every load; rollups and macros read it.

ALTER TABLE platforms ADD COLUMN opened_by DATE;
COMMENT ON COLUMN platforms.opened_by IS 'The last day on which it can have opened; NULL: `opened` is the day';
ALTER TABLE rosters ADD COLUMN population INTEGER;
COMMENT ON COLUMN rosters.population IS 'For a sample, the size of the population that it was drawn from; NULL: unknown, or not a sample';
COMMENT ON COLUMN bounds.kind IS 'The kind of evidence: stated, published (the figure had joined when the report appeared), opened (day shown by the platform), listed (on a list), plc (directory log) or seen (in an observation). Confirmed by a second look: gone (ended by its owner), ended (by the platform), missing (nobody says by whom) or returned';

CREATE TABLE known_stays ( -- One row per stay of an account on a platform, and span of time in which this was known.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    account_id INTEGER, -- The account, of `accounts`; NULL: the sources do not say which
    stay INTEGER NOT NULL, -- 1 for the first stay; after an end a new one begins. 0: only evidence that counts nowhere
    joined_not_before TIMESTAMPTZ, -- The start of the interval of the join; NULL: open, only "there by" is known
    joined_before TIMESTAMPTZ, -- The open end of the interval of the join; NULL: undated
    joined_from_bound INTEGER, -- The bound that sets joined_not_before
    joined_to_bound INTEGER, -- The bound that sets joined_before
    ended_not_before TIMESTAMPTZ, -- The start of the interval of the end; NULL: no end is known, or only its latest time
    ended_before TIMESTAMPTZ, -- The open end of the interval of the end; NULL: no end is certain
    ended_from_bound INTEGER, -- The bound that sets ended_not_before
    ended_to_bound INTEGER, -- The bound that sets ended_before
    ended_by VARCHAR, -- Who ended the stay: owner, platform or unknown; NULL: no end
    last_sign_at TIMESTAMPTZ, -- First possible instant of the latest sign that certainly belongs to the stay; NULL: no such sign
    last_sign_bound INTEGER, -- The statement that the last sign rests on, of `bounds`; NULL: it rests on a crawl
    last_sign_run INTEGER, -- The crawl that the last sign rests on, of `runs`; NULL: it rests on a statement
    longest_gap_days INTEGER, -- The longest time between two signs of the stay, in whole days; NULL: fewer than two signs
    join_is_presumed BOOLEAN NOT NULL, -- Whether joined_not_before or joined_before would differ without reports that name no account
    end_is_presumed BOOLEAN NOT NULL, -- Whether the end would differ without reports that name no account
    last_sign_is_presumed BOOLEAN NOT NULL, -- Whether the last sign would differ without reports that name no account
    is_explained BOOLEAN NOT NULL, -- Whether the stay holds reports that name no account and may be about any of several known accounts
    contradiction BOOLEAN NOT NULL, -- Whether the evidence cannot all be true, or lies outside the time in which the platform was open
    readings INTEGER NOT NULL, -- How many readings the evidence has; 0: no evidence has a date
    unexplained INTEGER[] NOT NULL, -- The bound_ids that count nowhere: evidence that names the account excludes them, or they are later than the platform
    known_from TIMESTAMPTZ NOT NULL, -- From when this was known
    known_until TIMESTAMPTZ -- Until when this was known; NULL: it still is
);
CREATE TABLE known_readings ( -- One row per reading of a stay's evidence, and span of time in which this was known.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    account_id INTEGER, -- The account, of `accounts`; NULL: the sources do not say which
    stay INTEGER NOT NULL, -- The number of the stay, from 1
    not_before TIMESTAMPTZ, -- The start of the reading's interval of the join; NULL: open
    before TIMESTAMPTZ, -- The open end of that interval; NULL: open
    from_bound INTEGER, -- The bound that sets not_before
    to_bound INTEGER, -- The bound that sets before
    bounds INTEGER[] NOT NULL, -- The bound_ids that agree in this reading
    known_from TIMESTAMPTZ NOT NULL, -- From when this was known
    known_until TIMESTAMPTZ -- Until when this was known; NULL: it still is
);
CREATE TABLE edge_spans ( -- One row per span of time in which a figure is counted in an edge of adoption.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    with_presumptions BOOLEAN, -- Whether reports that name no account count as reports about the figure's known account; NULL: it makes no difference
    edge VARCHAR NOT NULL, -- joined_min, joined_max, there_min or there_max
    since TIMESTAMPTZ, -- The start of the span. A lower edge counts it by the end of the day of the last instant before it, an upper edge by the end of its own day; NULL: since the platform opened
    until TIMESTAMPTZ, -- The end of the span. For a lower edge it lies in the first day that does not count; for an upper edge the last instant before it does; NULL: open
    sign_at TIMESTAMPTZ -- The last sign: the figure counts for at most 45 days after its day; NULL: no limit
);
CREATE TABLE doubts ( -- One row per series of answers that do not show an account there, until the next sign.
    account_id INTEGER NOT NULL,
    status status NOT NULL, -- The status of the first such answer
    since TIMESTAMPTZ NOT NULL, -- The time of the first such answer
    run_id INTEGER NOT NULL, -- The crawl that got the first such answer, of `runs`
    known_at TIMESTAMPTZ NOT NULL,
    latest_at TIMESTAMPTZ NOT NULL, -- The time of the latest such answer
    not_found_from TIMESTAMPTZ, -- The first answer "not found"; NULL: no answer said so
    not_found_to TIMESTAMPTZ, -- The latest answer "not found"
    until TIMESTAMPTZ, -- The next sign; NULL: none yet
    until_known_at TIMESTAMPTZ, -- When the next sign was known
    is_end BOOLEAN NOT NULL -- Whether two looks a day apart agreed: then it is an end
);
CREATE TABLE sign_spans ( -- One row per account and unbroken series of answers that show it there.
    account_id INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL, -- The first answer of the series
    first_run_id INTEGER NOT NULL, -- The crawl that got the first answer, of `runs`
    first_known_at TIMESTAMPTZ NOT NULL, -- When the first answer was known
    last_at TIMESTAMPTZ NOT NULL, -- The latest answer of the series
    last_run_id INTEGER NOT NULL, -- The crawl that got the latest answer, of `runs`
    last_known_at TIMESTAMPTZ NOT NULL, -- When the latest answer was known
    signs BIGINT NOT NULL -- How many answers the series has
);
CREATE TABLE sign_gaps ( -- One row per account and unbroken series of answers that show it there, with the longest time between two answers.
    account_id INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL, -- The first answer of the series
    last_at TIMESTAMPTZ NOT NULL, -- The latest answer of the series
    signs BIGINT NOT NULL, -- How many answers the series has
    longest_gap BIGINT NOT NULL -- The longest time between two answers, in microseconds
);
