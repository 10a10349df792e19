-- One row per account and stay (or figure, where no source names the account): when it joined, as known by an instant.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
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
