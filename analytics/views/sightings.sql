-- One row per account that was ever observed: the earlier name of seen_accounts.
SELECT
    account_id,
    observations,
    first_seen_at,
    last_seen_at,
    is_archived,
    status,
    last_active_at,
    last_live_at,
    followers,
    statuses
FROM seen_accounts
