-- One row per reading of an account's evidence: a largest set of bounds that can all be true.
SELECT
    figure_id,
    platform,
    account_id,
    spell::INTEGER AS spell,
    not_before, -- The reading's interval [not_before, before)
    before,
    from_bound,
    to_bound,
    bounds -- The bound_ids that agree in it
FROM readings_known_by('infinity'::TIMESTAMPTZ)
ORDER BY figure_id, platform, account_id, spell, not_before, before
