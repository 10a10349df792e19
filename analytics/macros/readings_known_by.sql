-- One row per reading of the evidence known by an instant: a largest set of bounds that can all be true.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
-- Bounds of one account that agree have one reading. A contradiction has several.
SELECT
    figure_id,
    platform,
    account_id,
    stay AS spell,
    not_before,
    before,
    from_bound,
    to_bound,
    bounds
FROM known_readings
WHERE known_from <= known_by AND coalesce(known_until > known_by, true)
