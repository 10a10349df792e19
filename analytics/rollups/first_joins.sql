-- One row per figure and platform: its first join, over all its accepted accounts.
SELECT
    figure_id,
    platform,
    joined_not_before, -- NULL: open
    joined_before, -- NULL: undated
    from_bound,
    to_bound,
    contradiction,
    accounts::INTEGER AS accounts, -- Accounts considered; sources that name none count as one
    is_disputed, -- Not everything agrees: a contradiction, or reports that evidence which names the only known account excludes
    excluded -- The bound_ids of such reports, but those of an earlier account: they move neither end
FROM first_joins_known_by('infinity'::TIMESTAMPTZ)
ORDER BY figure_id, platform
