-- One row per reading of the evidence known by an instant: a largest set of evidence that can all be true.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
-- Evidence of one stay that agrees has one reading. A contradiction has several.
SELECT figure_id, platform, account_id, stay AS spell, not_before, before, from_bound, to_bound, bounds
FROM known_readings
WHERE known_from <= known_by AND (known_until > known_by OR known_until = 'infinity')
