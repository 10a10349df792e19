-- One row per reading of an account's evidence: a set of bounds that can all be true, and to which no other can be added.
SELECT
    figure_id,
    platform,
    account_id,
    spell::INTEGER AS spell,
    not_before, -- The start of the reading's interval; NULL: open
    before,
    from_bound,
    to_bound,
    bounds -- The bound_ids that agree in this reading
FROM readings_known_by('infinity'::TIMESTAMPTZ)
ORDER BY figure_id, platform, account_id, spell, not_before, before
