-- One row per account and spell (or figure, where no source names the account): when it joined, as an interval.
SELECT
    figure_id,
    platform,
    spell::INTEGER AS spell, -- 1 for the first stay; a new one begins after an end
    account_id, -- NULL: the sources do not say which account
    joined_not_before, -- NULL: open; only "there by" is known
    joined_before, -- The open end of the interval; NULL: undated
    from_bound, -- The bound that sets joined_not_before
    to_bound, -- The bound that sets joined_before
    contradiction, -- The bounds cannot all be true; the interval then covers every reading
    readings::INTEGER AS readings -- How many largest sets of bounds can be true together; 0: none is dated
FROM joins_known_by('infinity'::TIMESTAMPTZ)
ORDER BY figure_id, platform, account_id, spell
