-- One row per account and stay (or figure, where no source names the account), as known by an instant.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
SELECT * EXCLUDE (known_from, known_until)
FROM known_stays
WHERE stay > 0 AND known_from <= known_by AND coalesce(known_until > known_by, true)
