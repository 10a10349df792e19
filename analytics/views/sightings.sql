-- One row per account that was ever observed: the earlier name of seen_accounts.
SELECT
    account_id,
    observations,
    first_seen_at,
    last_seen_at,
    is_archived, -- Whether the latest observation is an archived page
    status, -- Of the latest observation
    last_active_at,
    last_live_at, -- Of the latest that is no archived page; one of tomorrow, by a clock that was ahead, is no news
    followers, -- Of the latest observation that shows them
    statuses
FROM seen_accounts
