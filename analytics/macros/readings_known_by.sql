-- One row per reading of the evidence known by an instant: a set of bounds that can all be true, and to which no other can be added.
-- known_by: TIMESTAMPTZ; the instant. 'infinity' takes all evidence.
-- If all bounds of an account agree, it has one reading. If they contradict each other, it has several.
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
