-- One row per account and stay: when the stay began, as an interval. If no source names the account, one row per figure and stay.
SELECT
    figure_id,
    platform,
    spell::INTEGER AS spell, -- The number of the stay: 1 for the first; after an end a new one begins
    account_id, -- The account, of `accounts`; NULL: the sources do not say which
    joined_not_before, -- The start of the interval of the join; NULL: open, only "there by" is known
    joined_before, -- The open end of the interval of the join; NULL: undated
    from_bound, -- The bound that sets joined_not_before
    to_bound, -- The bound that sets joined_before
    contradiction, -- Whether the bounds cannot all be true. Then the interval covers all readings
    readings::INTEGER AS readings -- How many readings the bounds have; 0: no bound has a date
FROM joins_known_by('infinity'::TIMESTAMPTZ)
ORDER BY figure_id, platform, account_id, spell
