-- One row per figure and platform: its first join, over all its accepted accounts.
SELECT
    figure_id,
    platform,
    joined_not_before, -- NULL: open
    joined_before, -- NULL: undated
    from_bound,
    to_bound,
    contradiction,
    accounts::INTEGER AS accounts -- Accounts considered; sources that name none count as one
FROM first_joins_known_by('infinity'::TIMESTAMPTZ)
ORDER BY figure_id, platform
