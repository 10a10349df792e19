-- One row per account that was ever observed. The earlier name of seen_accounts.
SELECT
    account_id,
    observations,
    first_seen_at,
    last_seen_at,
    is_archived, -- Whether the latest observation is an archived page
    status, -- The status of the latest observation
    last_active_at,
    last_live_at, -- The time of the latest observation by a crawl, without those by a clock that was ahead; NULL: none
    followers, -- Followers in the latest observation that shows them; NULL: none does
    statuses
FROM seen_accounts
