-- One row per account and stay, as known by an instant. If no source names the account, one row per figure and stay.
-- known_by: TIMESTAMPTZ; the instant. 'infinity' takes all evidence.
SELECT * EXCLUDE (known_from, known_until)
FROM known_stays
WHERE stay > 0 AND known_from <= known_by AND coalesce(known_until > known_by, true)
