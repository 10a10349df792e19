-- One row per figure and platform: its first join, over all its accepted accounts.
SELECT
    figure_id,
    platform,
    joined_not_before, -- The start of the interval; NULL: open
    joined_before, -- The open end of the interval; NULL: undated
    from_bound,
    to_bound,
    contradiction,
    accounts::INTEGER AS accounts, -- How many accounts were considered. Sources that name no account count as one
    is_disputed, -- Whether sources disagree: the evidence is contradictory, or evidence that names the only known account excludes reports that name none
    excluded -- The bound_ids of the excluded reports, without those of an earlier account. They move neither end
FROM first_joins_known_by('infinity'::TIMESTAMPTZ)
ORDER BY figure_id, platform
