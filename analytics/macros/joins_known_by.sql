-- One row per account and stay: when the stay began, as known by an instant. If no source names the account, one row per figure and stay.
-- known_by: TIMESTAMPTZ; the instant. 'infinity' takes all evidence.
SELECT
    figure_id,
    platform,
    stay AS spell,
    account_id,
    joined_not_before,
    joined_before,
    joined_from_bound AS from_bound,
    joined_to_bound AS to_bound,
    contradiction,
    readings
FROM stays_known_by(known_by)
